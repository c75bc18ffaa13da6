using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Payments.Grains;

/// <summary>What this room reports to OpenTelemetry.</summary>
public static class PaymentInstruments
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Payments.Grains";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Cancels = Meter.CreateCounter<long>(
        "payments.cancel.answers", "{answer}", "Answers to v2 cancels, by outcome.");

    private static readonly Counter<long> RequestCancels = Meter.CreateCounter<long>(
        "payments.request_cancel.answers", "{answer}", "Answers to Payhub cancels, by outcome.");

    private static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "payments.webhook.deliveries", "{delivery}", "Webhook deliveries, by how they ended.");

    private static readonly Counter<long> KeyClaims = Meter.CreateCounter<long>(
        "payments.idempotency.claims", "{claim}", "Requests with an Idempotency-Key, by what became of their claim.");

    private static readonly Counter<long> Wakes = Meter.CreateCounter<long>(
        "payments.retry.wakes", "{wake}", "Grains woken by the retry shards, by result.");

    /// <summary>Source of the spans of webhook deliveries.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    internal static void CancelAnswered(CancelPaymentOutcome outcome) => Cancels.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal static void RequestCancelAnswered(CancelPaymentRequestOutcome outcome) =>
        RequestCancels.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal static void DeliveryEnded(string result) => Deliveries.Add(1, new KeyValuePair<string, object?>("result", result));

    internal static void KeyClaimed(IdempotencyOutcome outcome) => KeyClaims.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal static void Woken(bool failed) => Wakes.Add(1, new KeyValuePair<string, object?>("result", failed ? "failed" : "done"));
}

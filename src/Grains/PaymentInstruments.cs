using System.Diagnostics;
using System.Diagnostics.Metrics;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;

namespace Payments.Grains;

/// <summary>What this room reports to OpenTelemetry. Names, units and attributes are listed in docs/telemetry.md; a test compares.</summary>
public static class PaymentInstruments
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Payments.Grains";

    /// <summary>Span attribute of a grain's turn: which try of its provider operation it makes, 1 for the first. The provider's span repeats it.</summary>
    public const string AttemptTag = "payments.operation.attempt";

    /// <summary>Span attribute: how it ended.</summary>
    public const string OutcomeTag = "payments.outcome";

    private const string V2 = "v2";
    private const string Payhub = "payhub";
    private const string Stripe = "stripe";
    private const string Klarna = "klarna";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Cancels = Meter.CreateCounter<long>("payments.cancels", "{cancel}", "Cancels answered, by outcome.");

    // From a card void of 50 ms to an ACH debit that takes five business days to settle.
    private static readonly Histogram<double> Convergence = Meter.CreateHistogram(
        "payments.cancel.convergence.duration",
        "s",
        "From the acceptance of a cancel to its durable end.",
        advice: Buckets(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800));

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("payments.retries", "{retry}", "Tries after the first, by kind of work.");

    private static readonly Counter<long> KeyClaims = Meter.CreateCounter<long>(
        "payments.idempotency.claims", "{claim}", "Requests with an Idempotency-Key, by what became of their claim.");

    private static readonly Counter<long> Wakes = Meter.CreateCounter<long>("payments.retry.wakes", "{wake}", "Grains woken by the retry shards.");

    private static readonly Counter<long> Deliveries =
        Meter.CreateCounter<long>("payments.webhook.deliveries", "{delivery}", "Webhook deliveries taken on, by how they ended.");

    private static readonly Histogram<double> AttemptDuration = Meter.CreateHistogram(
        "payments.webhook.attempt.duration",
        "s",
        "How long merchants' endpoints take to answer.",
        advice: Buckets(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15));

    private static readonly Histogram<double> Delay = Meter.CreateHistogram(
        "payments.webhook.delay",
        "s",
        "From a change of a payment to the delivery that announced it.",
        advice: Buckets(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800, 7200, 21_600, 86_400, 259_200));

    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "payments.provider_events", "{event}", "Genuine events of providers about payments, by what became of them.");

    /// <summary>Source of the spans of webhook attempts.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    internal static void CancelAnswered(CancelPaymentOutcome outcome) => Answered(V2, Stripe, outcome switch
    {
        CancelPaymentOutcome.Accepted => "accepted",
        CancelPaymentOutcome.NotFound => "not_found",
        CancelPaymentOutcome.NotCancellable => "not_cancellable",
        CancelPaymentOutcome.ProviderRefused => "provider_refused",
        _ => "other",
    });

    internal static void RequestCancelAnswered(CancelPaymentRequestOutcome outcome) => Answered(Payhub, Klarna, outcome switch
    {
        CancelPaymentRequestOutcome.Canceled => "canceled",
        CancelPaymentRequestOutcome.NotFound => "not_found",
        CancelPaymentRequestOutcome.ForeignMerchant => "foreign_merchant",
        CancelPaymentRequestOutcome.NotKlarna => "not_klarna",
        CancelPaymentRequestOutcome.AlreadyFinal => "already_final",
        CancelPaymentRequestOutcome.Failed => "failed",
        _ => "other",
    });

    /// <summary>A payment was stored: does that end its cancel?</summary>
    internal static void Stored(PaymentState before, PaymentState after)
    {
        // A payment that nothing was sent of begins and ends its cancel in one write.
        var cancellation = after.Cancellation ?? before.Cancellation;
        var wasUnderWay = before.Status == PaymentStatus.CancelInitialized || before.Cancellation is null;
        if (cancellation is null || !wasUnderWay || after.Status is PaymentStatus.CancelInitialized)
            return;

        Ended(V2, Stripe, after.UpdatedAt - cancellation.RequestedAt, after.Status switch
        {
            PaymentStatus.Cancelled => "cancelled",
            PaymentStatus.CancelFailed => "cancel_failed",
            _ when PaymentMachine.IsTerminal(after.Status) => "overtaken",
            _ => "refused",
        });
    }

    /// <summary>A payment request was stored: does that end its cancel?</summary>
    internal static void Stored(PaymentRequestState before, PaymentRequestState after)
    {
        if (before.Status != PaymentRequestStatus.CancelPending || after.Status == PaymentRequestStatus.CancelPending)
            return;

        Ended(Payhub, Klarna, after.UpdatedAt - (before.CancelRequestedAt ?? after.UpdatedAt), after.Status switch
        {
            PaymentRequestStatus.Canceled => "cancelled",
            PaymentRequestStatus.CancelFailed => "cancel_failed",
            _ when PaymentRequestMachine.IsFinal(after.Status) => "overtaken",
            _ => "refused",
        });
    }

    /// <summary>A provider operation of a payment is tried in this turn.</summary>
    internal static void Trying(ProviderOperation operation, bool woken)
    {
        Activity.Current?.SetTag(AttemptTag, operation.Failures + 1);

        // The first try of these is made for their caller; whoever is woken for one makes another.
        if (operation.Failures > 0 || (woken && operation.Kind is ProviderOperationKind.Cancel or ProviderOperationKind.Capture))
            Retried(V2, operation.Kind == ProviderOperationKind.AwaitSettlement ? "settlement" : operation.Kind.ToString().ToLowerInvariant());
    }

    /// <summary>A provider operation of a payment request is tried in this turn.</summary>
    internal static void Trying(RequestOperation operation, bool woken)
    {
        Activity.Current?.SetTag(AttemptTag, operation.Failures + 1);
        if (operation.Failures > 0 || (woken && operation.Kind != RequestOperationKind.Create))
            Retried(Payhub, operation.Kind == RequestOperationKind.Create ? "create" : "cancel");
    }

    /// <summary>A refund of a payment request is looked for, and tried again when there is none.</summary>
    internal static void Trying(RefundOperation operation)
    {
        Activity.Current?.SetTag(AttemptTag, operation.Failures + 1);
        Retried(Payhub, "refund");
    }

    internal static void DeliveryRetried() => Retried(V2, "webhook");

    internal static void DeliveryEnded(string outcome) => Deliveries.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal static void DeliveryAttempted(TimeSpan duration, string outcome, string? error)
    {
        var tags = new TagList { { "outcome", outcome } };
        if (error is not null)
            tags.Add("error.type", error);
        AttemptDuration.Record(duration.TotalSeconds, tags);
    }

    internal static void Delivered(TimeSpan delay) => Delay.Record(delay.TotalSeconds);

    internal static void Woken(bool failed) => Wakes.Add(1, new KeyValuePair<string, object?>("outcome", failed ? "failed" : "done"));

    internal static void EventTaken(string provider, ProviderEventOutcome outcome) => Events.Add(
        1,
        new KeyValuePair<string, object?>("provider", provider),
        new KeyValuePair<string, object?>("outcome", outcome switch
        {
            ProviderEventOutcome.Applied => "applied",
            ProviderEventOutcome.Kept => "kept",
            ProviderEventOutcome.Duplicate => "duplicate",
            ProviderEventOutcome.Ignored => "ignored",
            _ => "other",
        }));

    internal static void KeyClaimed(IdempotencyOutcome outcome) => KeyClaims.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        IdempotencyOutcome.Claimed => "claimed",
        IdempotencyOutcome.Answered => "replayed",
        IdempotencyOutcome.InFlight => "in_flight",
        IdempotencyOutcome.OtherRequest => "other_request",
        _ => "other",
    }));

    private static void Answered(string contract, string provider, string outcome)
    {
        Activity.Current?.SetTag(OutcomeTag, outcome);
        Cancels.Add(1, new("contract", contract), new("provider", provider), new("outcome", outcome));
    }

    private static void Ended(string contract, string provider, TimeSpan after, string outcome) => Convergence.Record(
        Math.Max(0, after.TotalSeconds), new("contract", contract), new("provider", provider), new("outcome", outcome));

    private static void Retried(string contract, string kind) => Retries.Add(1, new("contract", contract), new("kind", kind));

    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}

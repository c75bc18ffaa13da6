using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Payments.Providers;

/// <summary>Verifies and reads Stripe's events (api-facts §3.5).</summary>
internal sealed class StripeEvents(IOptions<StripeEventOptions> options, TimeProvider time) : IProviderEventReader
{
    // Beyond what DateTimeOffset can hold.
    private const long SecondsMax = 253_402_300_799;

    private static readonly FrozenDictionary<string, Kind> Types = new Dictionary<string, Kind>
    {
        ["payment_intent.canceled"] = Kind.Intent,
        ["payment_intent.processing"] = Kind.Intent,
        ["payment_intent.requires_action"] = Kind.Intent,
        ["payment_intent.amount_capturable_updated"] = Kind.Intent,
        ["payment_intent.succeeded"] = Kind.Intent,
        ["payment_intent.payment_failed"] = Kind.Intent,
        ["charge.refunded"] = Kind.Charge,
        ["charge.expired"] = Kind.Charge,
        ["charge.refund.updated"] = Kind.Refund,
        ["refund.created"] = Kind.Refund,
        ["refund.updated"] = Kind.Refund,
        ["refund.failed"] = Kind.Refund,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private enum Kind
    {
        Intent,
        Charge,
        Refund,
    }

    /// <inheritdoc/>
    public string Provider => ProviderNames.Stripe;

    /// <inheritdoc/>
    public string? MissingSetting =>
        options.Value.WebhookSecrets is { Count: > 0 } ? null : $"{StripeOptions.SectionName}:{nameof(StripeEventOptions.WebhookSecrets)}";

    /// <inheritdoc/>
    public ProviderEventReading Read(ReadOnlySpan<byte> body, Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (StripeSignature.Verify(header(StripeSignature.Header), body, options.Value.WebhookSecrets ?? [], time.GetUtcNow()) is { } wrong)
            return new ProviderEventReading.Rejected(wrong);

        using var document = EventJson.TryParse(body);
        var root = document?.RootElement;
        if (EventJson.Text(root, "object") != "event"
            || EventJson.Id(root, "id") is not { } id
            || EventJson.Id(root, "type") is not { } type
            || !root!.Value.TryGetProperty("created", out var created)
            || created.ValueKind != JsonValueKind.Number
            || !created.TryGetInt64(out var seconds)
            || seconds is < 0 or > SecondsMax)
        {
            return new ProviderEventReading.Rejected("no event");
        }

        return Types.TryGetValue(type, out var kind)
            ? Read(id, type, DateTimeOffset.FromUnixTimeSeconds(seconds), kind, EventJson.Object(EventJson.Object(root, "data"), "object"))
            : new ProviderEventReading.Irrelevant(id, type);
    }

    private static ProviderEventReading Read(string id, string type, DateTimeOffset at, Kind kind, JsonElement? subject)
    {
        if (EventJson.Id(subject, "id") is not { } subjectId)
            return new ProviderEventReading.Rejected("no object");

        var owner = EventJson.Text(EventJson.Object(subject, "metadata"), StripeForms.PaymentIdKey);
        var intent = kind == Kind.Intent ? subjectId : EventJson.Id(subject, "payment_intent");

        // Every intent of ours carries our id, and an event about one carries the whole intent. Charges and refunds may be made by hand.
        if (intent is null || (kind == Kind.Intent && owner is null))
            return new ProviderEventReading.Irrelevant(id, type);

        var status = EventJson.Text(subject, "status");
        var claim = kind switch
        {
            Kind.Intent => StripeSnapshots.ToIntentStatus(status)?.ToString(),
            Kind.Refund => StripeSnapshots.ToRefundStatus(status)?.ToString(),
            _ => null,
        };
        return new ProviderEventReading.Event(new ProviderEvent(ProviderNames.Stripe, id, type, at, intent, subjectId, claim, owner));
    }
}

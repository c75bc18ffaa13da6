using System.Globalization;
using Microsoft.Extensions.Options;

namespace Payments.Providers;

/// <summary>Verifies and reads Klarna's events (api-facts §4.4). No time is signed in a header, so an old body could be sent again: what
/// it says about itself must be recent, and what is recent is only a hint.</summary>
internal sealed class KlarnaEvents(IOptions<KlarnaEventOptions> options, TimeProvider time) : IProviderEventReader
{
    private const string TypePrefix = "payment.request.state-change.";

    /// <summary>Klarna gives up after 21 hours and 17 minutes.</summary>
    private static readonly TimeSpan AgeMax = TimeSpan.FromHours(24);

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public string Provider => ProviderNames.Klarna;

    /// <inheritdoc/>
    public string? MissingSetting =>
        options.Value.WebhookKeys is { Count: > 0 } ? null : $"{KlarnaOptions.SectionName}:{nameof(KlarnaEventOptions.WebhookKeys)}";

    /// <inheritdoc/>
    public ProviderEventReading Read(ReadOnlySpan<byte> body, Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var keys = options.Value.WebhookKeys ?? [];
        if (KlarnaSignature.Verify(header(KlarnaSignature.Header), header(KlarnaSignature.KeyIdHeader), body, keys) is { } wrong)
            return new ProviderEventReading.Rejected(wrong);

        using var document = EventJson.TryParse(body);
        var metadata = EventJson.Object(document?.RootElement, "metadata");
        if (EventJson.Id(metadata, "event_id") is not { } id
            || EventJson.Id(metadata, "event_type") is not { } type
            || !DateTimeOffset.TryParse(
                EventJson.Text(metadata, "occurred_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return new ProviderEventReading.Rejected("no event");
        }

        var now = time.GetUtcNow();
        if (at < now - AgeMax || at > now + ClockTolerance)
            return new ProviderEventReading.Rejected("occurred_at out of tolerance");
        if (!type.StartsWith(TypePrefix, StringComparison.Ordinal))
            return new ProviderEventReading.Irrelevant(id, type);

        var payload = EventJson.Object(document?.RootElement, "payload");
        if (EventJson.Id(payload, "payment_request_id") is not { } requestId)
            return new ProviderEventReading.Rejected("no object");

        // The first name is our reading for v2, the second is v1's.
        var owner = EventJson.Text(payload, "payment_request_reference") ?? EventJson.Text(payload, "payment_reference");
        var claim = KlarnaAnswers.ToState(EventJson.Text(payload, "state"))?.ToString();
        return new ProviderEventReading.Event(
            new ProviderEvent(ProviderNames.Klarna, id, type, at.ToUniversalTime(), requestId, requestId, claim, owner));
    }
}

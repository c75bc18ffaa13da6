using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Payments.Api.Http;
using Payments.Api.Payments;

namespace Payments.Api.ProviderEvents;

/// <summary>Verifies what came in, and answers what is no event to act on.</summary>
internal sealed partial class ProviderEventIntake(IEnumerable<IProviderEventReader> readers, ILogger<ProviderEventIntake> logger)
{
    // Whether the signature, its age or the body is wrong is nobody's business but ours.
    private static readonly IResult Rejected = PaymentProblem.Invalid("Event is not valid");

    private readonly Dictionary<string, IProviderEventReader> byProvider = readers.ToDictionary(static reader => reader.Provider);

    /// <summary>Reads an event.</summary>
    /// <returns>The event, or the answer to something else.</returns>
    public (ProviderEvent? Event, IResult? Answer) Read(string provider, ReadOnlySpan<byte> body, IHeaderDictionary headers)
    {
        // Not 404 and never 200: providers repeat after a 503 for days, and nothing is lost while somebody mends the settings.
        var reader = byProvider.GetValueOrDefault(provider);
        if (reader is null || reader.MissingSetting is not null)
        {
            LogNotConfigured(logger, provider, reader?.MissingSetting ?? "its reader");
            return (null, PaymentProblem.Of(StatusCodes.Status503ServiceUnavailable, $"Events of {provider} are not configured"));
        }

        switch (reader.Read(body, name => headers.TryGetValue(name, out var values) ? values.ToString() : null))
        {
            case ProviderEventReading.Event found:
                return (found.Value, null);
            case ProviderEventReading.Irrelevant irrelevant:
                LogIrrelevant(logger, provider, irrelevant.EventId, irrelevant.Type);
                return (null, Taken(ProviderEventOutcome.Ignored));
            case ProviderEventReading.Rejected rejected:
                LogRejected(logger, provider, rejected.Reason, body.Length);
                return (null, Rejected);
            case var other:
                throw new InvalidOperationException($"Not a reading of an event: {other}.");
        }
    }

    /// <summary>The answer to an event that needs not be sent again.</summary>
    public static IResult Taken(ProviderEventOutcome outcome) => new JsonReply<ProviderEventBody>(
        StatusCodes.Status200OK, new ProviderEventBody(outcome.ToString().ToUpperInvariant()), ProviderEventJson.Default.ProviderEventBody);

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "An event of {Provider} was turned away: {Setting} is missing.")]
    private static partial void LogNotConfigured(ILogger logger, string provider, string setting);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Debug,
        Message = "{Provider} event {EventId} was ignored: {Type} is none that is followed, or it names no object of ours.")]
    private static partial void LogIrrelevant(ILogger logger, string provider, string eventId, string type);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "An event for {Provider} was rejected: {Reason}, {Bytes} bytes.")]
    private static partial void LogRejected(ILogger logger, string provider, string reason, int bytes);
}

/// <summary>The body of a 200.</summary>
/// <param name="Outcome"><c>APPLIED</c>, <c>KEPT</c>, <c>DUPLICATE</c> or <c>IGNORED</c>.</param>
internal sealed record ProviderEventBody(string Outcome);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProviderEventBody))]
internal sealed partial class ProviderEventJson : JsonSerializerContext;

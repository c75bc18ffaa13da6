using System.Text.Json;
using System.Xml;

namespace Payments.Sandbox;

/// <summary>What a creation asks for.</summary>
internal sealed record KlarnaInput(
    long Amount, string Currency, string? Reference, string? ReturnUrl, string? Method, TimeSpan? Life, DateTimeOffset? Until)
{
    private static readonly TimeSpan s_shortestLife = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_longestLife = TimeSpan.FromHours(48);

    /// <summary>Reads and validates the JSON body of a creation.</summary>
    /// <returns>The input, or what is wrong with it.</returns>
    public static (KlarnaInput? Input, KlarnaResult? Problem) Read(ReadOnlyMemory<byte> json, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, now)
                : (null, Invalid("", "The body must be a JSON object."));
        }
        catch (JsonException)
        {
            return (null, Invalid("", "The body is no JSON."));
        }
    }

    private static (KlarnaInput? Input, KlarnaResult? Problem) Read(JsonElement root, DateTimeOffset now)
    {
        if (!root.TryGetProperty("amount", out var amount) || amount.ValueKind != JsonValueKind.Number
            || !amount.TryGetInt64(out var minor) || minor <= 0)
            return (null, Invalid("amount", "Parameter amount must be a positive integer in minor units."));
        if (Text(root, "currency") is not { Length: 3 } currency || !currency.All(char.IsAsciiLetterUpper))
            return (null, Invalid("currency", "Parameter currency must be an ISO 4217 code."));
        string? method = null, returnUrl = null;
        TimeSpan? life = null;
        DateTimeOffset? until = null;
        if (root.TryGetProperty("customer_interaction_config", out var config) && config.ValueKind == JsonValueKind.Object)
        {
            method = Text(config, "method");
            if (method is not (null or "HANDOVER" or "DEVICE_IDENTIFICATION" or "NONE"))
                return (null, Invalid("customer_interaction_config.method", "Unknown interaction method."));
            returnUrl = Text(config, "return_url");
            if (config.TryGetProperty("interaction_expiry", out var expiry) && expiry.ValueKind == JsonValueKind.Object)
            {
                (life, until, var problem) = Expiry(expiry, now);
                if (problem is not null)
                    return (null, problem);
            }
        }
        return (new KlarnaInput(minor, currency, Text(root, "payment_request_reference"), returnUrl, method, life, until), null);
    }

    private static (TimeSpan? Life, DateTimeOffset? Until, KlarnaResult? Problem) Expiry(JsonElement expiry, DateTimeOffset now)
    {
        const string Parameter = "customer_interaction_config.interaction_expiry";
        TimeSpan? life = null;
        DateTimeOffset? until = null;
        try
        {
            if (Text(expiry, "duration") is { } duration)
                life = XmlConvert.ToTimeSpan(duration);
            else if (Text(expiry, "expires_at") is { } at)
                until = XmlConvert.ToDateTimeOffset(at);
        }
        catch (FormatException)
        {
            return (null, null, Invalid(Parameter, "Neither an ISO 8601 duration nor a point in time."));
        }
        var asked = life ?? until - now;
        return asked < s_shortestLife || asked > s_longestLife
            ? (null, null, Invalid(Parameter, "The expiry must lie between 15 minutes and 48 hours."))
            : (life, until, null);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static KlarnaResult Invalid(string parameter, string reason) =>
        KlarnaResult.Error(StatusCodes.Status400BadRequest, "INPUT_ERROR", "VALIDATION_ERROR", reason, parameter);
}

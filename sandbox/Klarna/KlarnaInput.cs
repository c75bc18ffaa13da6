using System.Text.Json;
using System.Xml;

namespace Payments.Sandbox;

/// <summary>What a creation asks for.</summary>
internal sealed record KlarnaInput(
    long Amount, string Currency, string? Reference, string? ReturnUrl, string? Method, TimeSpan? Life, DateTimeOffset? Until)
{
    /// <summary>What kind of object is asked for.</summary>
    public KlarnaKind Kind { get; init; }

    /// <summary>The customer's short code, of a session.</summary>
    public string? ShortCode { get; init; }

    private static readonly TimeSpan s_shortestLife = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_longestLife = TimeSpan.FromHours(48);

    /// <summary>Reads and validates the JSON body of a creation.</summary>
    /// <returns>The input, or what is wrong with it.</returns>
    public static (KlarnaInput? Input, KlarnaResult? Problem) Read(ReadOnlyMemory<byte> json, DateTimeOffset now) => Parse(json, root => Read(root, now));

    /// <summary>Reads and validates the JSON body of the start of an in-store session.</summary>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, DateTimeOffset)"/>
    public static (KlarnaInput? Input, KlarnaResult? Problem) ReadSession(ReadOnlyMemory<byte> json) => Parse(json, ReadSession);

    /// <summary>Reads and validates the JSON body of a refund.</summary>
    /// <returns>Amount, reference and description, or what is wrong with it.</returns>
    public static ((long Amount, string? Reference, string? Description)? Input, KlarnaResult? Problem) ReadRefund(ReadOnlyMemory<byte> json) =>
        Parse<(long, string?, string?)?>(json, static root => Minor(root, "refunded_amount") is { } amount
            ? ((amount, Text(root, "reference"), Text(root, "description")), null)
            : (null, Invalid("refunded_amount", "refunded_amount must be a positive integer in minor units.")));

    private static (T? Input, KlarnaResult? Problem) Parse<T>(
        ReadOnlyMemory<byte> json, Func<JsonElement, (T? Input, KlarnaResult? Problem)> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : (default, Invalid("", "The body must be a JSON object."));
        }
        catch (JsonException)
        {
            return (default, Invalid("", "The body is no JSON."));
        }
    }

    private static (KlarnaInput? Input, KlarnaResult? Problem) ReadSession(JsonElement root)
    {
        if (Text(root, "acquiring_channel") != "in_store")
            return (null, Invalid("acquiring_channel", "Only in_store is spoken here."));
        if (Minor(root, "order_amount") is not { } amount)
            return (null, Invalid("order_amount", "order_amount must be a positive integer in minor units."));
        if (Text(root, "purchase_currency") is not { Length: 3 } currency || Text(root, "purchase_country") is not { Length: 2 })
            return (null, Invalid("purchase_currency", "purchase_currency and purchase_country are needed."));
        if (!root.TryGetProperty("order_lines", out var lines) || lines.ValueKind != JsonValueKind.Array
            || lines.EnumerateArray().Sum(static line => Whole(line, "total_amount")) != amount)
            return (null, Invalid("order_lines", "order_lines must add up to order_amount."));
        if (!root.TryGetProperty("distribution", out var distribution) || Text(distribution, "method") != "one_qr")
            return (null, Invalid("distribution.method", "Only one_qr is spoken here."));
        var code = Text(distribution, "short_code");
        if (code is not null && (code.Length is < 2 or > 20 || !code.All(char.IsAsciiDigit)))
            return (null, Invalid("distribution.short_code", "short_code has 2 to 20 digits."));
        return (new KlarnaInput(amount, currency.ToUpperInvariant(), Text(root, "merchant_reference1"), null, null, null, null)
        {
            Kind = KlarnaKind.InStoreSession,
            ShortCode = code,
        }, null);
    }

    private static long? Minor(JsonElement root, string name) => Whole(root, name) is > 0 and var amount ? amount : null;

    private static long Whole(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var amount) ? amount : 0;

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

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>What Klarna's answers mean (api-facts §4.3). A refusal is only what comes with Klarna's own error body; a bare status comes
/// from something in between and refuses nothing.</summary>
internal static class KlarnaAnswers
{
    private const string AccessError = "ACCESS_ERROR";
    private const string PermissionDenied = "PERMISSION_DENIED";

    /// <summary>Reads one answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="headers">For <c>Retry-After</c>.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="expectedId">The request that was asked about, or null for a new one.</param>
    /// <param name="time">For <c>Retry-After</c> dates.</param>
    public static ProviderResult<KlarnaRequestSnapshot> Read(
        int status,
        HttpResponseHeaders headers,
        ReadOnlySpan<byte> body,
        string? expectedId,
        TimeProvider time)
    {
        return status is >= 200 and <= 299 ? ReadResource(status, body, expectedId) : Failed<KlarnaRequestSnapshot>(status, headers, body, expectedId is null, time);
    }

    /// <summary>Reads an answer that is no success.</summary>
    /// <param name="status">HTTP status, not 2xx.</param>
    /// <param name="headers">For <c>Retry-After</c>.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="hasKey">Whether the request carried an idempotency key.</param>
    /// <param name="time">For <c>Retry-After</c> dates.</param>
    public static ProviderResult<T> Failed<T>(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body, bool hasKey, TimeProvider time)
    {
        var error = ReadError(body);
        var detail = Describe(status, error);
        switch (status)
        {
            case 401:
            case 403 when error is null or { ErrorType: AccessError } or { ErrorCode: AccessError or PermissionDenied }:
                return Unknown(ProviderUncertainty.Misconfigured);
            case 404 when error is not null:
                return new ProviderResult<T>.Refused(KlarnaErrorCodes.NotFound, Message(error), default);
            case 408:
                return Unknown(ProviderUncertainty.Timeout);

            // Only a create carries a key; of an object that exists it says that its state forbids the operation.
            case 409 when hasKey || error is null:
                return Unknown(ProviderUncertainty.KeyInUse);
            case 425 or 429:
                return Unknown(ProviderUncertainty.RateLimited);
            case >= 500:
                return Unknown(ProviderUncertainty.ServerError);
            case >= 400 when error is not null:
                return new ProviderResult<T>.Refused(Code(status, error), Message(error), default);
            default:
                return Unknown(ProviderUncertainty.Misconfigured);
        }

        ProviderResult<T>.Unknown Unknown(ProviderUncertainty cause) => new(cause, detail, RetryAfter.Of(headers, time));
    }

    /// <summary>Reads one answer for the reference that the request carries, or null for none.</summary>
    /// <inheritdoc cref="Read"/>
    public static ProviderResult<string?> ReadOwner(
        int status,
        HttpResponseHeaders headers,
        ReadOnlySpan<byte> body,
        string expectedId,
        TimeProvider time) => Read(status, headers, body, expectedId, time) switch
    {
        ProviderResult<KlarnaRequestSnapshot>.Success =>
            new ProviderResult<string?>.Success(TryParse(body, KlarnaJson.Default.KlarnaResource)!.PaymentRequestReference),
        ProviderResult<KlarnaRequestSnapshot>.Refused refused => new ProviderResult<string?>.Refused(refused.Code, refused.Message, null),
        ProviderResult<KlarnaRequestSnapshot>.Unknown unknown => new ProviderResult<string?>.Unknown(unknown.Cause, unknown.Detail, unknown.RetryAfter),
        var other => throw new InvalidOperationException($"Not an answer: {other}."),
    };

    /// <summary>An answer that says nothing we understand: something was done, and reading again may tell what.</summary>
    public static ProviderResult<KlarnaRequestSnapshot>.Unknown Unreadable(string detail) => Unreadable<KlarnaRequestSnapshot>(detail);

    /// <inheritdoc cref="Unreadable(string)"/>
    public static ProviderResult<T>.Unknown Unreadable<T>(string detail) =>
        new(ProviderUncertainty.ConnectionLost, $"the answer could not be understood: {SafeText.Clean(detail)}");

    private static ProviderResult<KlarnaRequestSnapshot> ReadResource(int status, ReadOnlySpan<byte> body, string? expectedId)
    {
        if (TryParse(body, KlarnaJson.Default.KlarnaResource) is not { PaymentRequestId.Length: > 0 } resource)
            return Unreadable($"HTTP {status} without a payment request");
        if (expectedId is not null && resource.PaymentRequestId != expectedId)
            return Unreadable($"request '{resource.PaymentRequestId}' instead of '{expectedId}'");
        if (ToState(resource.State) is not { } state)
            return Unreadable($"request '{resource.PaymentRequestId}' with state '{resource.State}'");

        DateTimeOffset? expires = DateTimeOffset.TryParse(
            resource.ExpiresAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed)
            ? parsed
            : null;
        return new ProviderResult<KlarnaRequestSnapshot>.Success(new(
            resource.PaymentRequestId, state, resource.PaymentRequestUrl, expires, resource.StateContext?.OrderId));
    }

    private static KlarnaError? ReadError(ReadOnlySpan<byte> body)
    {
        var error = TryParse(body, KlarnaJson.Default.KlarnaError);
        return error is { ErrorId: null, CorrelationId: null, ErrorCode: null } ? null : error;
    }

    /// <summary>The body, or null when it is no document of this type.</summary>
    public static T? TryParse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Code(int status, KlarnaError error) => SafeText.Clean(error.ErrorCode ?? error.ErrorType ?? $"http_{status}");

    private static string Message(KlarnaError error)
    {
        var message = error.ErrorMessage ?? (error.ErrorMessages is [var first, ..] ? first : "");
        var invalid = error.ValidationErrors is { Count: > 0 } list ? $" ({string.Join(", ", list.Select(entry => entry.Parameter))})" : "";
        return SafeText.Clean(message + invalid);
    }

    private static string Describe(int status, KlarnaError? error) => error is null
        ? $"HTTP {status} without a body of Klarna's"
        : SafeText.Clean($"HTTP {status} {Code(status, error)}, error {error.ErrorId ?? error.CorrelationId}");

    /// <summary>What Klarna's word means; null for one that this version does not know.</summary>
    public static KlarnaRequestState? ToState(string? word) => word switch
    {
        "SUBMITTED" => KlarnaRequestState.Submitted,
        "IN_PROGRESS" => KlarnaRequestState.InProgress,
        "COMPLETED" => KlarnaRequestState.Completed,
        "CANCELED" => KlarnaRequestState.Canceled,
        "DECLINED" => KlarnaRequestState.Declined,
        "EXPIRED" => KlarnaRequestState.Expired,
        _ => null,
    };
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>Klarna payment requests, v2, over HTTP (api-facts §4.1 to §4.3).</summary>
internal sealed class KlarnaPaymentRequests : IKlarnaPaymentRequests, IProviderObjects, IDisposable
{
    private const string Provider = "klarna";
    private const string PaymentTag = "payment_request.id";
    private const string RequestTag = "klarna.payment_request.id";
    private const string Path = "/v2/payment/requests";
    private const int AnswerBytesMax = 1024 * 1024;

    // Klarna wants a UUIDv5 as key. Changing this constant would change every key that is in flight.
    private static readonly Guid KeySpace = new("5b0a3c5e-7f0d-4c58-9d3b-6f3a1f6f0c11");

    private readonly ProviderCalls _calls;
    private readonly TimeProvider _time;
    private readonly KlarnaOptions _options;
    private readonly string _baseUrl;
    private readonly HttpClient _http;

    public KlarnaPaymentRequests(IOptions<KlarnaOptions> options, ProviderCalls calls, TimeProvider time)
    {
        _calls = calls;
        _time = time;
        _options = options.Value;
        _baseUrl = _options.BaseUrl.TrimEnd('/');
        var handler = OutboundHttp.CreateHandler(_options.MaxConnections, _options.ConnectionLifetime, _options.SendTraceContext);
        _http = OutboundHttp.CreateClient(handler, AnswerBytesMax);

        // The key as it is: unlike ordinary Basic authentication it is no base64 of a user and a password.
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", _options.ApiKey);
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(
        NewKlarnaRequest request,
        ProviderCall call,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(call.IdempotencyKey);
        var body = JsonSerializer.SerializeToUtf8Bytes(ToBody(request), KlarnaJson.Default.KlarnaCreate);
        var key = UuidV5.Create(KeySpace, call.IdempotencyKey);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "create", PaymentTag, request.PaymentRequestId.ToString(CultureInfo.InvariantCulture)),
            call.Deadline,
            async token =>
            {
                using var message = new HttpRequestMessage(HttpMethod.Post, _baseUrl + Path) { Content = new ByteArrayContent(body) };
                message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                message.Headers.Add("Klarna-Idempotency-Key", key.ToString("D", CultureInfo.InvariantCulture));
                return await SendAsync(message, expectedId: null, token);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "read", RequestTag, requestId),
            deadline,
            async token =>
            {
                using var message = new HttpRequestMessage(HttpMethod.Get, UrlOf(requestId));
                return await SendAsync(message, requestId, token);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "cancel", RequestTag, requestId),
            deadline,
            async token =>
            {
                // The empty content is not for Klarna: a request without one is sent again by SocketsHttpHandler when the connection ends
                // without an answer. A cancel is ours to repeat, after a read.
                using var message = new HttpRequestMessage(HttpMethod.Delete, UrlOf(requestId)) { Content = new ByteArrayContent([]) };
                return await SendAsync(message, requestId, token) switch
                {
                    ProviderResult<KlarnaRequestSnapshot>.Success { Value.State: not KlarnaRequestState.Canceled } other =>
                        KlarnaAnswers.Unreadable($"cancelled, yet {other.Value.State}"),
                    var result => result,
                };
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    string IProviderObjects.Provider => ProviderNames.Klarna;

    /// <inheritdoc/>
    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(objectId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "find_owner", RequestTag, objectId),
            deadline,
            async token =>
            {
                using var message = new HttpRequestMessage(HttpMethod.Get, UrlOf(objectId));
                using var response = await _http.SendAsync(message, token);
                var body = await response.Content.ReadAsByteArrayAsync(token);
                return KlarnaAnswers.ReadOwner((int)response.StatusCode, response.Headers, body, objectId, _time);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Colons are at home in a path; Klarna writes its ids with them.
    private string UrlOf(string requestId) =>
        $"{_baseUrl}{Path}/{Uri.EscapeDataString(requestId).Replace("%3A", ":", StringComparison.Ordinal)}";

    private async Task<ProviderResult<KlarnaRequestSnapshot>> SendAsync(HttpRequestMessage message, string? expectedId, CancellationToken token)
    {
        using var response = await _http.SendAsync(message, token);
        var body = await response.Content.ReadAsByteArrayAsync(token);
        return KlarnaAnswers.Read((int)response.StatusCode, response.Headers, body, expectedId, _time);
    }

    // Country, locale and description have no field in v2: Klarna takes the first two from the customer's account.
    private KlarnaCreate ToBody(NewKlarnaRequest request)
    {
        var reference = request.PaymentRequestId.ToString(CultureInfo.InvariantCulture);
        var lines = request.OrderLines;

        // Klarna refuses lines that do not add up to the amount, and they are optional.
        var addUp = !lines.IsDefaultOrEmpty && lines.Sum(line => line.TotalAmountMinor) == request.AmountMinor;
        return new KlarnaCreate(
            request.CurrencyCode,
            request.AmountMinor,
            reference,
            new KlarnaInteraction(
                "HANDOVER",
                _options.ReturnUrl,
                _options.InteractionExpiry is { } expiry
                    ? new KlarnaExpiry(string.Create(CultureInfo.InvariantCulture, $"PT{(long)expiry.TotalMinutes}M"))
                    : null),
            new KlarnaPurchase(
                reference,
                addUp ? [.. lines.Select(line => new KlarnaLine(line.Name, line.Quantity, line.UnitPriceMinor, line.TotalAmountMinor))] : null));
    }
}

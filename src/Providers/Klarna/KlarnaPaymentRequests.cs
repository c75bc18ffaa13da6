using System.Globalization;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>Klarna payment requests, v2, over HTTP (api-facts §4.1 to §4.3).</summary>
internal sealed class KlarnaPaymentRequests(KlarnaHttp http, ProviderCalls calls, TimeProvider time) : IKlarnaPaymentRequests, IProviderObjects
{
    private const string Provider = "klarna";
    private const string PaymentTag = "payment_request.id";
    private const string RequestTag = "klarna.payment_request.id";
    private const string Path = "/v2/payment/requests";

    // Klarna wants a UUIDv5 as key. Changing this constant would change every key that is in flight.
    private static readonly Guid KeySpace = new("5b0a3c5e-7f0d-4c58-9d3b-6f3a1f6f0c11");

    private readonly string _baseUrl = http.Options.BaseUrl.TrimEnd('/');

    /// <inheritdoc/>
    public KlarnaProduct Product => KlarnaProduct.PaymentRequest;

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(
        NewKlarnaRequest request,
        ProviderCall call,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(call.IdempotencyKey);
        var body = ToBody(request);
        var key = UuidV5.Create(KeySpace, call.IdempotencyKey);
        return calls.RunAsync(
            new ProviderOperation(Provider, "create", PaymentTag, request.PaymentRequestId.ToString(CultureInfo.InvariantCulture)),
            call.Deadline,
            async token => Read(await http.PostAsync(_baseUrl + Path, body, KlarnaJson.Default.KlarnaCreate, key, token), expectedId: null),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return calls.RunAsync(
            new ProviderOperation(Provider, "read", RequestTag, requestId),
            deadline,
            async token => Read(await http.GetAsync(UrlOf(requestId), token), requestId),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return calls.RunAsync(
            new ProviderOperation(Provider, "cancel", RequestTag, requestId),
            deadline,
            async token => Read(await http.DeleteAsync(UrlOf(requestId), token), requestId) switch
            {
                ProviderResult<KlarnaRequestSnapshot>.Success { Value.State: not KlarnaRequestState.Canceled } other =>
                    KlarnaAnswers.Unreadable($"cancelled, yet {other.Value.State}"),
                var result => result,
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    string IProviderObjects.Provider => ProviderNames.Klarna;

    /// <inheritdoc/>
    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(objectId);
        return calls.RunAsync(
            new ProviderOperation(Provider, "find_owner", RequestTag, objectId),
            deadline,
            async token =>
            {
                var answer = await http.GetAsync(UrlOf(objectId), token);
                return KlarnaAnswers.ReadOwner(answer.Status, answer.Headers, answer.Body, objectId, time);
            },
            cancellationToken);
    }

    // Colons are at home in a path; Klarna writes its ids with them.
    private string UrlOf(string requestId) =>
        $"{_baseUrl}{Path}/{Uri.EscapeDataString(requestId).Replace("%3A", ":", StringComparison.Ordinal)}";

    private ProviderResult<KlarnaRequestSnapshot> Read(KlarnaAnswer answer, string? expectedId) =>
        KlarnaAnswers.Read(answer.Status, answer.Headers, answer.Body, expectedId, time);

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
                http.Options.ReturnUrl,
                http.Options.InteractionExpiry is { } expiry
                    ? new KlarnaExpiry(string.Create(CultureInfo.InvariantCulture, $"PT{(long)expiry.TotalMinutes}M"))
                    : null),
            new KlarnaPurchase(
                reference,
                addUp ? [.. lines.Select(line => new KlarnaLine(line.Name, line.Quantity, line.UnitPriceMinor, line.TotalAmountMinor))] : null));
    }
}

using System.Globalization;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>
/// Klarna's in-store sessions, classic API, over HTTP (api-facts §4.5). A session's own resource says nothing of how the payment goes: that is its
/// distribution, which lies under <c>/iss/v1/distributions/{session}</c> by the <c>result_url</c> of the documentation's sample. Klarna's unsigned callbacks
/// about it are not asked for: the request's own schedule reads.
/// </summary>
internal sealed class KlarnaInStoreSessions(KlarnaHttp http, ProviderCalls calls, TimeProvider time) : IKlarnaPaymentRequests
{
    private const string Provider = "klarna";
    private const string PaymentTag = "payment_request.id";
    private const string SessionTag = "klarna.session.id";
    private const int ShortCodeLengthMin = 2;
    private const int ShortCodeLengthMax = 20;

    // Changing this constant would change every key that is in flight.
    private static readonly Guid KeySpace = new("0e6e4f5c-9f0b-4f3c-8a57-3d1b7c9f2a64");

    private readonly string _sessions = $"{http.Options.ClassicBase}/payments/v1/sessions";
    private readonly string _distributions = $"{http.Options.ClassicBase}/iss/v1/distributions";

    /// <inheritdoc/>
    public KlarnaProduct Product => KlarnaProduct.InStoreSession;

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(call.IdempotencyKey);
        var body = ToBody(request);
        var key = UuidV5.Create(KeySpace, call.IdempotencyKey);
        return calls.RunAsync(
            new ProviderOperation(Provider, "create", PaymentTag, body.MerchantReference),
            call.Deadline,
            async token =>
            {
                var answer = await http.PostAsync(_sessions, body, KlarnaJson.Default.KlarnaSessionStart, key, token);
                if (!answer.IsSuccess)
                    return KlarnaAnswers.Failed<KlarnaRequestSnapshot>(answer.Status, answer.Headers, answer.Body, hasKey: true, time);
                return KlarnaAnswers.TryParse(answer.Body, KlarnaJson.Default.KlarnaSession) is { SessionId: { Length: > 0 } id }
                    ? new ProviderResult<KlarnaRequestSnapshot>.Success(await WithLinkAsync(id, token))
                    : KlarnaAnswers.Unreadable($"HTTP {answer.Status} without a session");
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return calls.RunAsync(
            new ProviderOperation(Provider, "read", SessionTag, requestId), deadline, token => ReadDistributionAsync(requestId, token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestId);
        return calls.RunAsync(
            new ProviderOperation(Provider, "cancel", SessionTag, requestId),
            deadline,
            async token =>
            {
                // What a success looks like is not documented: any 2xx of this resource is one, with or without a body.
                var answer = await http.DeleteAsync($"{_sessions}/{Uri.EscapeDataString(requestId)}", token);
                return answer.IsSuccess
                    ? new ProviderResult<KlarnaRequestSnapshot>.Success(new(requestId, KlarnaRequestState.Canceled, null, null))
                    : KlarnaAnswers.Failed<KlarnaRequestSnapshot>(answer.Status, answer.Headers, answer.Body, hasKey: false, time);
            },
            cancellationToken);
    }

    /// <summary>The start of a session does not answer the link; a link that cannot be read now is read when the session is.</summary>
    private async Task<KlarnaRequestSnapshot> WithLinkAsync(string id, CancellationToken token)
    {
        try
        {
            if (await ReadDistributionAsync(id, token) is ProviderResult<KlarnaRequestSnapshot>.Success read)
                return read.Value;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // The session is there all the same, and that is the answer.
        }

        return new KlarnaRequestSnapshot(id, KlarnaRequestState.Submitted, null, null);
    }

    private async Task<ProviderResult<KlarnaRequestSnapshot>> ReadDistributionAsync(string id, CancellationToken token)
    {
        var answer = await http.GetAsync($"{_distributions}/{Uri.EscapeDataString(id)}", token);
        if (!answer.IsSuccess)
            return KlarnaAnswers.Failed<KlarnaRequestSnapshot>(answer.Status, answer.Headers, answer.Body, hasKey: false, time);
        var result = KlarnaAnswers.TryParse(answer.Body, KlarnaJson.Default.KlarnaDistributionResult);
        return ToState(result?.Status) is { } state
            ? new ProviderResult<KlarnaRequestSnapshot>.Success(new(id, state, result!.PaymentLink ?? result.Qr, null, result.OrderId))
            : KlarnaAnswers.Unreadable($"session '{id}' with status '{result?.Status}'");
    }

    /// <summary>What a distribution's status means for the payment; null for one that this version does not know. FAILED is no end: the documentation has
    /// the customer go on by the link. DECLINED and EXPIRED are our reading of statuses that it does not list.</summary>
    private static KlarnaRequestState? ToState(string? status) => status switch
    {
        "WAITING" or "DISTRIBUTED" or "FAILED" => KlarnaRequestState.Submitted,
        "ACCESSED" => KlarnaRequestState.InProgress,
        "COMPLETED" => KlarnaRequestState.Completed,
        "CANCELED" => KlarnaRequestState.Canceled,
        "DECLINED" => KlarnaRequestState.Declined,
        "EXPIRED" => KlarnaRequestState.Expired,
        _ => null,
    };

    private KlarnaSessionStart ToBody(NewKlarnaRequest request)
    {
        var lines = request.OrderLines;
        var addUp = !lines.IsDefaultOrEmpty && lines.Sum(line => line.TotalAmountMinor) == request.AmountMinor;
        var reference = request.PaymentRequestId.ToString(CultureInfo.InvariantCulture);

        // Lines are required here. Klarna refuses those that do not add up to the amount: one line with the whole of it says no less.
        IReadOnlyList<KlarnaLine> sent = addUp
            ? [.. lines.Select(line => new KlarnaLine(line.Name, line.Quantity, line.UnitPriceMinor, line.TotalAmountMinor))]
            : [new KlarnaLine(request.Description is { Length: > 0 } description ? description : reference, 1, request.AmountMinor, request.AmountMinor)];
        return new KlarnaSessionStart(
            "in_store", request.Country ?? http.Options.DefaultCountry, request.CurrencyCode, request.Locale, reference, request.AmountMinor, 0, sent,
            new KlarnaDistribution("one_qr", IsShortCode(request.ShortCode) ? request.ShortCode : null));
    }

    // Klarna fails a distribution whose code is none of its own; the QR code and the link work without one.
    private static bool IsShortCode(string? code) =>
        code is { Length: >= ShortCodeLengthMin and <= ShortCodeLengthMax } && code.All(char.IsAsciiDigit);
}

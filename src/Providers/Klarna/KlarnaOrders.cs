using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>Klarna's order management, classic API, over HTTP (api-facts §4.5): refunds of captured orders.</summary>
internal sealed class KlarnaOrders(KlarnaHttp http, ProviderCalls calls, TimeProvider time) : IKlarnaOrders
{
    private const string Provider = "klarna";
    private const string OrderTag = "klarna.order.id";
    private const int DescriptionLengthMax = 255;

    // Changing this constant would change every key that is in flight.
    private static readonly Guid KeySpace = new("c2b8b3e0-1a57-4c4e-bb0e-6d5f6d0a7e93");

    private readonly string _orders = $"{http.Options.ClassicBase}/ordermanagement/v1/orders";

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRefundSnapshot>> RefundAsync(
        string orderId, NewKlarnaRefund refund, ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(orderId);
        ArgumentNullException.ThrowIfNull(refund);
        ArgumentException.ThrowIfNullOrWhiteSpace(call.IdempotencyKey);
        var description = refund.Description is { } text ? SafeText.Cut(text, DescriptionLengthMax) : null;
        var body = new KlarnaRefundBody(refund.AmountMinor, refund.Reference, description);

        // Order management recommends version 4 where the network's API asks for 5. Random it cannot be: a repeat must have the same.
        var key = UuidV5.InFormOfV4(UuidV5.Create(KeySpace, call.IdempotencyKey));
        return calls.RunAsync(
            new ProviderOperation(Provider, "refund", OrderTag, orderId),
            call.Deadline,
            async token =>
            {
                var answer = await http.PostAsync($"{UrlOf(orderId)}/refunds", body, KlarnaJson.Default.KlarnaRefundBody, key, token);
                return answer switch
                {
                    { Status: 201 } => new ProviderResult<KlarnaRefundSnapshot>.Success(new(IdOf(answer))),
                    { IsSuccess: true } => KlarnaAnswers.Unreadable<KlarnaRefundSnapshot>($"HTTP {answer.Status} to a refund"),
                    _ => KlarnaAnswers.Failed<KlarnaRefundSnapshot>(answer.Status, answer.Headers, answer.Body, hasKey: true, time),
                };
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<KlarnaRefundSnapshot?>> FindRefundAsync(
        string orderId, string reference, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(orderId);
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        return calls.RunAsync(
            new ProviderOperation(Provider, "find_refund", OrderTag, orderId),
            deadline,
            async token =>
            {
                var answer = await http.GetAsync(UrlOf(orderId), token);
                if (!answer.IsSuccess)
                    return KlarnaAnswers.Failed<KlarnaRefundSnapshot?>(answer.Status, answer.Headers, answer.Body, hasKey: false, time);
                if (KlarnaAnswers.TryParse(answer.Body, KlarnaJson.Default.KlarnaOrder) is not { } order || order.OrderId != orderId)
                    return KlarnaAnswers.Unreadable<KlarnaRefundSnapshot?>($"HTTP {answer.Status} without order '{orderId}'");

                var found = order.Refunds?.FirstOrDefault(refund => refund.Reference == reference);
                return new ProviderResult<KlarnaRefundSnapshot?>.Success(found is null ? null : new KlarnaRefundSnapshot(found.RefundId));
            },
            cancellationToken);
    }

    /// <summary>The header <c>Refund-Id</c>, or the end of <c>Location</c>. A refund without either was made all the same.</summary>
    private static string? IdOf(KlarnaAnswer answer)
    {
        if (answer.Headers.TryGetValues("Refund-Id", out var ids) && ids.FirstOrDefault() is { Length: > 0 } id)
            return SafeText.Clean(id);
        var location = answer.Headers.Location?.OriginalString.TrimEnd('/');
        return location?.LastIndexOf('/') is { } slash and >= 0 && slash < location.Length - 1 ? SafeText.Clean(location[(slash + 1)..]) : null;
    }

    private string UrlOf(string orderId) => $"{_orders}/{Uri.EscapeDataString(orderId)}";
}

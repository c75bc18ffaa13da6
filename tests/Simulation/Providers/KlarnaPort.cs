using Payments.Grains.Ports;

namespace Payments.Simulation.Providers;

/// <summary>One product of Klarna as one silo reaches it.</summary>
internal sealed class KlarnaPort(ProviderWire wire, SimulatedKlarna klarna, KlarnaProduct product) : IKlarnaPaymentRequests, IProviderObjects, IKlarnaOrders
{
    public string Provider => ProviderNames.Klarna;

    public KlarnaProduct Product => product;

    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken) =>
        wire.CallAsync("create", call.IdempotencyKey, call.Deadline, () => klarna.Create(product, request, call.IdempotencyKey));

    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"read {requestId}", null, deadline, () => klarna.Read(requestId));

    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"cancel {requestId}", null, deadline, () => klarna.Cancel(requestId));

    public Task<ProviderResult<KlarnaRefundSnapshot>> RefundAsync(
        string orderId, NewKlarnaRefund refund, ProviderCall call, CancellationToken cancellationToken) => wire.CallAsync(
        $"refund {orderId} {refund.AmountMinor}", call.IdempotencyKey, call.Deadline, () => klarna.Refund(orderId, refund, call.IdempotencyKey));

    public Task<ProviderResult<KlarnaRefundSnapshot?>> FindRefundAsync(
        string orderId, string reference, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find refund {reference} of {orderId}", null, deadline, () => klarna.FindRefund(orderId, reference));

    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find owner of {objectId}", null, deadline, () => klarna.FindOwner(objectId));
}

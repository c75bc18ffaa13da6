using Payments.Grains.Ports;

namespace Payments.CrashHost;

/// <summary>Klarna's orders behind the crash points.</summary>
internal sealed class CrashingOrders(IKlarnaOrders inner, CrashPoints points) : IKlarnaOrders
{
    public Task<ProviderResult<KlarnaRefundSnapshot>> RefundAsync(
        string orderId, NewKlarnaRefund refund, ProviderCall call, CancellationToken cancellationToken) =>
        points.PassAsync("klarna refund", subject => subject == orderId, () => inner.RefundAsync(orderId, refund, call, cancellationToken));

    public Task<ProviderResult<KlarnaRefundSnapshot?>> FindRefundAsync(
        string orderId, string reference, TimeSpan deadline, CancellationToken cancellationToken) =>
        points.PassAsync("klarna refund look-up", subject => subject == orderId, () => inner.FindRefundAsync(orderId, reference, deadline, cancellationToken));
}

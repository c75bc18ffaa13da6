namespace Payments.Grains.Ports;

/// <summary>Klarna's order management, as far as refunds need it (api-facts §4.5). Implementations never throw for what the provider or the network
/// does.</summary>
public interface IKlarnaOrders
{
    /// <summary>Gives back a part of what an order took.</summary>
    /// <returns><c>Refused</c> when Klarna does not allow it, or has no such order.</returns>
    Task<ProviderResult<KlarnaRefundSnapshot>> RefundAsync(string orderId, NewKlarnaRefund refund, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Looks for the refund of an order with this reference of ours.</summary>
    /// <returns>Success with null when the order has none.</returns>
    Task<ProviderResult<KlarnaRefundSnapshot?>> FindRefundAsync(string orderId, string reference, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>What a refund is made of.</summary>
/// <param name="Reference">Ours; unique, and on Klarna's settlement reports.</param>
/// <param name="AmountMinor">In minor units of the order's currency.</param>
/// <param name="Description">The merchant's reason, which the customer sees; or null.</param>
public sealed record NewKlarnaRefund(string Reference, long AmountMinor, string? Description);

/// <summary>A refund that Klarna has made.</summary>
/// <param name="Id">Klarna's id of it, or null when its answer did not say.</param>
public sealed record KlarnaRefundSnapshot(string? Id);

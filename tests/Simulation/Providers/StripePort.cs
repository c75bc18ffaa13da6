using Payments.Grains.Ports;

namespace Payments.Simulation.Providers;

/// <summary>Stripe as one silo reaches it.</summary>
internal sealed class StripePort(ProviderWire wire, SimulatedStripe stripe) : IPaymentIntents, IProviderObjects
{
    public string Provider => ProviderNames.Stripe;

    public Task<ProviderResult<PaymentIntentSnapshot>> CreateAsync(NewPaymentIntent intent, ProviderCall call, CancellationToken cancellationToken) =>
        wire.CallAsync("create", call.IdempotencyKey, call.Deadline, () => stripe.Create(intent, call.IdempotencyKey));

    public Task<ProviderResult<PaymentIntentSnapshot>> RetrieveAsync(string intentId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"read {intentId}", null, deadline, () => stripe.Retrieve(intentId));

    public Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync(
        Guid ownerId, string? customer, DateTimeOffset createdSince, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find {ownerId}", null, deadline, () => stripe.FindOf(ownerId, customer));

    public Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(
        string intentId, CancellationReason reason, ProviderCall call, CancellationToken cancellationToken) =>
        wire.CallAsync($"cancel {intentId}", call.IdempotencyKey, call.Deadline, () => stripe.Cancel(intentId, call.IdempotencyKey));

    public Task<ProviderResult<PaymentIntentSnapshot>> CaptureAsync(
        string intentId, long amountMinor, ProviderCall call, CancellationToken cancellationToken) => wire.CallAsync(
        $"capture {intentId} {amountMinor}", call.IdempotencyKey, call.Deadline, () => stripe.Capture(intentId, amountMinor, call.IdempotencyKey));

    public Task<ProviderResult<RefundSnapshot>> RefundAsync(NewRefund refund, ProviderCall call, CancellationToken cancellationToken) => wire.CallAsync(
        $"refund {refund.IntentId} {refund.AmountMinor}", call.IdempotencyKey, call.Deadline, () => stripe.Refund(refund, call.IdempotencyKey));

    public Task<ProviderResult<RefundSnapshot>> RetrieveRefundAsync(string refundId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"read {refundId}", null, deadline, () => stripe.RetrieveRefund(refundId));

    public Task<ProviderResult<RefundSnapshot?>> FindRefundAsync(
        string intentId, Guid ownerId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find refund of {intentId}", null, deadline, () => stripe.FindCompensation(intentId));

    public Task<ProviderResult<RefundSnapshot?>> FindRequestedRefundAsync(
        string intentId, Guid refundId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find refund {refundId} of {intentId}", null, deadline, () => stripe.FindRequested(intentId, refundId));

    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find owner of {objectId}", null, deadline, () => stripe.FindOwner(objectId));
}

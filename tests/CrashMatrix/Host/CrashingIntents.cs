using System.Collections.Concurrent;
using Payments.Grains.Ports;

namespace Payments.CrashHost;

/// <summary>Stripe behind the crash points: right before a call leaves, and right after its answer has arrived.</summary>
internal sealed class CrashingIntents(IPaymentIntents inner, CrashPoints points) : IPaymentIntents
{
    // Intents that are made while a case is under way are its own, too.
    private readonly ConcurrentDictionary<string, string> made = new();

    public async Task<ProviderResult<PaymentIntentSnapshot>> CreateAsync(NewPaymentIntent intent, ProviderCall call, CancellationToken cancellationToken)
    {
        var answer = await PassAsync("create", $"{intent.PaymentId}", () => inner.CreateAsync(intent, call, cancellationToken));
        if (answer is ProviderResult<PaymentIntentSnapshot>.Success created)
            made[created.Value.Id] = $"{intent.PaymentId}";
        return answer;
    }

    public Task<ProviderResult<PaymentIntentSnapshot>> RetrieveAsync(string intentId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("read", intentId, () => inner.RetrieveAsync(intentId, deadline, cancellationToken));

    public Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync(
        Guid paymentId, string? customer, DateTimeOffset createdSince, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("find", $"{paymentId}", () => inner.FindAsync(paymentId, customer, createdSince, deadline, cancellationToken));

    public Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(
        string intentId, CancellationReason reason, ProviderCall call, CancellationToken cancellationToken) =>
        PassAsync("cancel", intentId, () => inner.CancelAsync(intentId, reason, call, cancellationToken));

    public Task<ProviderResult<PaymentIntentSnapshot>> CaptureAsync(
        string intentId, long amountMinor, ProviderCall call, CancellationToken cancellationToken) =>
        PassAsync("capture", intentId, () => inner.CaptureAsync(intentId, amountMinor, call, cancellationToken));

    public Task<ProviderResult<RefundSnapshot>> RefundAsync(NewRefund refund, ProviderCall call, CancellationToken cancellationToken) =>
        PassAsync("refund", refund.IntentId, () => inner.RefundAsync(refund, call, cancellationToken));

    // A refund's own id is known to no case beforehand: only what is looked up by its payment counts.
    public Task<ProviderResult<RefundSnapshot>> RetrieveRefundAsync(string refundId, TimeSpan deadline, CancellationToken cancellationToken) =>
        inner.RetrieveRefundAsync(refundId, deadline, cancellationToken);

    public Task<ProviderResult<RefundSnapshot?>> FindRefundAsync(
        string intentId, Guid paymentId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("refund look-up", intentId, () => inner.FindRefundAsync(intentId, paymentId, deadline, cancellationToken));

    public Task<ProviderResult<RefundSnapshot?>> FindRequestedRefundAsync(
        string intentId, Guid refundId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("refund look-up", intentId, () => inner.FindRequestedRefundAsync(intentId, refundId, deadline, cancellationToken));

    private Task<T> PassAsync<T>(string what, string about, Func<Task<T>> call) =>
        points.PassAsync($"stripe {what}", subject => subject == about || (made.TryGetValue(about, out var owner) && subject == owner), call);
}

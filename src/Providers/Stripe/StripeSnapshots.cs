using Payments.Grains.Ports;
using Stripe;

namespace Payments.Providers;

/// <summary>Reads Stripe's objects. What cannot be understood — no id, a status this version does not know — is an unknown outcome, for
/// something was done and only a person or a newer version can say what.</summary>
internal static class StripeSnapshots
{
    /// <summary>The intent, or null when it cannot be understood.</summary>
    public static PaymentIntentSnapshot? TryRead(PaymentIntent? intent) =>
        intent is { Id.Length: > 0 } && ToIntentStatus(intent.Status) is { } status
            ? new PaymentIntentSnapshot(
                intent.Id,
                status,
                intent.Amount,
                intent.AmountReceived,
                intent.CancellationReason,
                intent.LastPaymentError?.Code)
            : null;

    /// <summary>The refund, or null when it cannot be understood.</summary>
    public static RefundSnapshot? TryRead(Refund? refund) =>
        refund is { Id.Length: > 0 } && ToRefundStatus(refund.Status) is { } status
            ? new RefundSnapshot(refund.Id, status, refund.Amount, refund.FailureReason)
            : null;

    /// <summary>The answer to a call about one intent.</summary>
    /// <param name="intent">As answered.</param>
    /// <param name="expectedId">The intent that was asked about, or null for a new one.</param>
    public static ProviderResult<PaymentIntentSnapshot> Answer(PaymentIntent intent, string? expectedId) =>
        Answer(TryRead(intent), "intent", expectedId, intent.Id, intent.Status);

    /// <summary>The answer to a call about one refund.</summary>
    /// <param name="refund">As answered.</param>
    /// <param name="expectedId">The refund that was asked about, or null for a new one.</param>
    public static ProviderResult<RefundSnapshot> Answer(Refund refund, string? expectedId) =>
        Answer(TryRead(refund), "refund", expectedId, refund.Id, refund.Status);

    private static ProviderResult<T> Answer<T>(T? snapshot, string what, string? expectedId, string? id, string? status)
        where T : class
    {
        if (snapshot is null)
            return Unreadable<T>($"{what} '{id}' with status '{status}'");
        if (expectedId is not null && id != expectedId)
            return Unreadable<T>($"{what} '{id}' instead of '{expectedId}'");
        return new ProviderResult<T>.Success(snapshot);
    }

    /// <summary>An answer that says nothing we understand.</summary>
    public static ProviderResult<T>.Unknown Unreadable<T>(string detail) =>
        new(ProviderUncertainty.ConnectionLost, $"the answer could not be understood: {SafeText.Clean(detail)}");

    /// <summary>What Stripe's word means; null for one that this version does not know.</summary>
    public static PaymentIntentStatus? ToIntentStatus(string? word) => word switch
    {
        "requires_payment_method" => PaymentIntentStatus.RequiresPaymentMethod,
        "requires_confirmation" => PaymentIntentStatus.RequiresConfirmation,
        "requires_action" => PaymentIntentStatus.RequiresAction,
        "processing" => PaymentIntentStatus.Processing,
        "requires_capture" => PaymentIntentStatus.RequiresCapture,
        "canceled" => PaymentIntentStatus.Canceled,
        "succeeded" => PaymentIntentStatus.Succeeded,
        _ => null,
    };

    /// <summary>What Stripe's word means; null for one that this version does not know.</summary>
    public static RefundStatus? ToRefundStatus(string? word) => word switch
    {
        "pending" => RefundStatus.Pending,
        "requires_action" => RefundStatus.RequiresAction,
        "succeeded" => RefundStatus.Succeeded,
        "failed" => RefundStatus.Failed,
        "canceled" => RefundStatus.Canceled,
        _ => null,
    };
}

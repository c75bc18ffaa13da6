using System.Collections.Immutable;

namespace Payments.Grains.Ports;

/// <summary>Stripe PaymentIntents and refunds, as far as a payment needs them (api-facts §3). Implementations never throw for what
/// the provider or the network does; they throw <see cref="OperationCanceledException"/> only for the caller's own token.</summary>
public interface IPaymentIntents
{
    /// <summary>Creates and confirms an intent (<c>POST /v1/payment_intents</c>). A card that is declined is a <c>Refused</c> with the intent.</summary>
    Task<ProviderResult<PaymentIntentSnapshot>> CreateAsync(NewPaymentIntent intent, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Reads an intent (<c>GET /v1/payment_intents/{id}</c>). <c>Refused</c> with code <c>resource_missing</c> when the provider has none.</summary>
    Task<ProviderResult<PaymentIntentSnapshot>> RetrieveAsync(string intentId, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Looks for the intent that an earlier create with an unknown outcome may have left, by <c>metadata[allocation_id]</c> where it has one, else by
    /// <c>metadata[payment_id]</c>.</summary>
    /// <param name="ownerId">The allocation or the payment.</param>
    /// <param name="customer">The customer whom the create named (<c>cus_…</c>), or null. With one, only that customer's intents have to be looked through.</param>
    /// <param name="createdSince">When the payment was created (UTC).</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>Success with <see langword="null"/> when there is certainly none.</returns>
    Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync(
        Guid ownerId, string? customer, DateTimeOffset createdSince, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Cancels an intent (<c>POST …/cancel</c>). An intent that is already <c>canceled</c> is a success; one that is <c>succeeded</c>
    /// or cannot be cancelled is <c>Refused</c> with the intent (api-facts §3.1).</summary>
    Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(string intentId, CancellationReason reason, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Captures a hold (<c>POST …/capture</c>), and releases what is not taken of it. An intent that is no longer
    /// <c>requires_capture</c> is <c>Refused</c> with the intent.</summary>
    /// <param name="intentId">Stripe's <c>pi_…</c> id.</param>
    /// <param name="amountMinor">What to take, in minor units.</param>
    /// <param name="call">Key and deadline.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    Task<ProviderResult<PaymentIntentSnapshot>> CaptureAsync(string intentId, long amountMinor, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Refunds an intent (<c>POST /v1/refunds</c>), with <c>metadata[payment_id]</c> and, for a refund on request, <c>metadata[refund_id]</c>.</summary>
    Task<ProviderResult<RefundSnapshot>> RefundAsync(NewRefund refund, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Reads a refund (<c>GET /v1/refunds/{id}</c>).</summary>
    Task<ProviderResult<RefundSnapshot>> RetrieveRefundAsync(string refundId, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Looks for our compensating refund of an intent, by its metadata as <see cref="FindAsync"/> does, newest first, before another is tried: a
    /// refund is not idempotent at the provider.</summary>
    /// <returns>Success with <see langword="null"/> when there is certainly none, failed and cancelled ones not counted.</returns>
    Task<ProviderResult<RefundSnapshot?>> FindRefundAsync(string intentId, Guid ownerId, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Looks for a refund on request by <c>metadata[refund_id]</c>, before another is tried.</summary>
    /// <returns>Success with <see langword="null"/> when there is certainly none. Failed ones count: what failed is not tried again by itself.</returns>
    Task<ProviderResult<RefundSnapshot?>> FindRequestedRefundAsync(string intentId, Guid refundId, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>What an intent is created from.</summary>
/// <param name="PaymentId">Ours; travels as <c>metadata[payment_id]</c>.</param>
/// <param name="MerchantId">The merchant; travels as <c>metadata[merchant_id]</c>.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="CurrencyCode">ISO 4217, upper case.</param>
/// <param name="Method">What is charged.</param>
/// <param name="AuthorizeOnly">True: <c>capture_method=manual</c>.</param>
/// <param name="Consent">For a bank account: the mandate's evidence.</param>
/// <param name="Description">Or null.</param>
/// <param name="StatementDescriptorSuffix">Or null.</param>
/// <param name="Metadata">The merchant's own pairs.</param>
/// <param name="AllocationId">The card of a split tender that it is for; travels as <c>metadata[allocation_id]</c>, by which it is found again. Else null.</param>
public sealed record NewPaymentIntent(
    Guid PaymentId,
    Guid MerchantId,
    long AmountMinor,
    string CurrencyCode,
    PaymentMethod Method,
    bool AuthorizeOnly,
    BankDebitConsent? Consent,
    string? Description,
    string? StatementDescriptorSuffix,
    ImmutableDictionary<string, string> Metadata,
    Guid? AllocationId = null);

/// <summary>A merchant's stored payment method, resolved to the provider's own id.</summary>
/// <param name="Id">Ours, as the merchant names it.</param>
/// <param name="Kind">Card or bank account.</param>
/// <param name="ProviderReference">Stripe's <c>pm_…</c> id.</param>
/// <param name="ProviderCustomer">Stripe's <c>cus_…</c> id, or null.</param>
public sealed record PaymentMethod(Guid Id, PaymentMethodKind Kind, string ProviderReference, string? ProviderCustomer);

/// <summary>Kinds of payment method.</summary>
public enum PaymentMethodKind
{
    /// <summary>A card: <c>card</c> at Stripe.</summary>
    Card,

    /// <summary>A bank account debited by ACH: <c>us_bank_account</c> at Stripe.</summary>
    BankAccount,
}

/// <summary>An intent as read.</summary>
/// <param name="Id">Stripe's <c>pi_…</c> id.</param>
/// <param name="Status">Its status.</param>
/// <param name="AmountMinor">Its amount, in minor units.</param>
/// <param name="AmountReceivedMinor">What was captured, in minor units.</param>
/// <param name="CancellationReason">Stripe's own word for why it was cancelled, or null.</param>
/// <param name="LastErrorCode">The code of the last payment error, or null.</param>
public sealed record PaymentIntentSnapshot(
    string Id,
    PaymentIntentStatus Status,
    long AmountMinor,
    long AmountReceivedMinor,
    string? CancellationReason,
    string? LastErrorCode);

/// <summary>Stripe's statuses of a PaymentIntent (api-facts §3.1).</summary>
public enum PaymentIntentStatus
{
    /// <summary><c>requires_payment_method</c>: new, or the method was declined.</summary>
    RequiresPaymentMethod,

    /// <summary><c>requires_confirmation</c>.</summary>
    RequiresConfirmation,

    /// <summary><c>requires_action</c>: 3-D Secure.</summary>
    RequiresAction,

    /// <summary><c>processing</c>: an ACH debit under way.</summary>
    Processing,

    /// <summary><c>requires_capture</c>: the hold is in place.</summary>
    RequiresCapture,

    /// <summary><c>canceled</c>.</summary>
    Canceled,

    /// <summary><c>succeeded</c>: the money was taken.</summary>
    Succeeded,
}

/// <summary>What a refund is created from.</summary>
/// <param name="PaymentId">Ours; travels as <c>metadata[payment_id]</c>.</param>
/// <param name="IntentId">Stripe's <c>pi_…</c> id.</param>
/// <param name="Reason">The merchant's reason; <c>abandoned</c> is not valid at Stripe and stays in metadata (api-facts §3.3).</param>
/// <param name="RefundId">The refund on request; null for the compensating refund of a cancel.</param>
/// <param name="AmountMinor">In minor units; null for everything.</param>
/// <param name="AllocationId">As in <see cref="NewPaymentIntent"/>.</param>
public sealed record NewRefund(
    Guid PaymentId, string IntentId, CancellationReason Reason, Guid? RefundId = null, long? AmountMinor = null, Guid? AllocationId = null);

/// <summary>A refund as read.</summary>
/// <param name="Id">Stripe's <c>re_…</c> id.</param>
/// <param name="Status">Its status.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="FailureReason">Stripe's word for why it failed, or null.</param>
public sealed record RefundSnapshot(string Id, RefundStatus Status, long AmountMinor, string? FailureReason);

/// <summary>Stripe's statuses of a refund (api-facts §3.3).</summary>
public enum RefundStatus
{
    /// <summary><c>pending</c>.</summary>
    Pending,

    /// <summary><c>requires_action</c>.</summary>
    RequiresAction,

    /// <summary><c>succeeded</c>.</summary>
    Succeeded,

    /// <summary><c>failed</c>.</summary>
    Failed,

    /// <summary><c>canceled</c>.</summary>
    Canceled,
}

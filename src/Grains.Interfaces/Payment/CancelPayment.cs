namespace Payments;

/// <summary>The command behind <c>PATCH /v2/payments/{paymentId}/cancel</c>.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="Reason">Why, from the seed's four values.</param>
/// <param name="Message">Free text for the audit trail, at most <see cref="MessageMaxLength"/> characters, or null.</param>
/// <param name="Actor">Who asked, for the audit trail: the token's subject or client id, or the calling service.</param>
/// <param name="CommandId">Unique to this request and the same in every repeat of it, at most <see cref="CommandIdMaxLength"/> characters, or null.
/// A repeat whose first answer was lost is then answered as the first one, and not as a second cancel.</param>
[GenerateSerializer, Immutable, Alias("payments.CancelPayment")]
public sealed record CancelPayment(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] CancellationReason Reason,
    [property: Id(2)] string? Message,
    [property: Id(3)] string Actor,
    [property: Id(4)] string? CommandId = null)
{
    /// <summary>Longest accepted <see cref="CommandId"/>, in UTF-16 code units.</summary>
    public const int CommandIdMaxLength = 255;

    /// <summary>Longest accepted <see cref="Message"/>, in UTF-16 code units. The seed sets no limit; a row and a log line need one.</summary>
    public const int MessageMaxLength = 500;
}

/// <summary>What became of a cancel.</summary>
[GenerateSerializer, Alias("payments.CancelPaymentOutcome")]
public enum CancelPaymentOutcome
{
    /// <summary>The cancel is durable and under way, or already was (202).</summary>
    Accepted = 0,

    /// <summary>No such payment for this merchant (404).</summary>
    NotFound = 1,

    /// <summary>The state forbids it (422); <see cref="CancelPaymentResult.Status"/> says which.</summary>
    NotCancellable = 2,

    /// <summary>The provider definitely refused and the money is where it was (422 <c>PAYMENT_ERROR</c>).</summary>
    ProviderRefused = 3,
}

/// <summary>Answer to <see cref="IPaymentGrain.CancelAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Payment">For <see cref="CancelPaymentOutcome.Accepted"/>: the payment as <c>CANCEL_INITIALIZED</c>, whatever it has become since (seed, 202). Else null.</param>
/// <param name="Status">The state that decided, when the payment exists.</param>
[GenerateSerializer, Immutable, Alias("payments.CancelPaymentResult")]
public sealed record CancelPaymentResult(
    [property: Id(0)] CancelPaymentOutcome Outcome,
    [property: Id(1)] PaymentView? Payment,
    [property: Id(2)] PaymentStatus? Status);

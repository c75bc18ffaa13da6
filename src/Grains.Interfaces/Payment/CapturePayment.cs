using System.Collections.Immutable;

namespace Payments;

/// <summary>The command behind <c>PATCH /v2/payments/{paymentId}/capture</c> (api-facts §2.2).</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="AmountMinor">What to take, in minor units, at most what is held; null for all of it. The rest of the hold is released.</param>
/// <param name="Allocations">What to take of each allocation; empty for every one in full. An allocation that is left out is released. Not
/// together with <paramref name="AmountMinor"/>.</param>
/// <param name="Actor">Who asked, for the audit trail.</param>
/// <param name="CommandId">As in <see cref="CancelPayment"/>, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.CapturePayment")]
public sealed record CapturePayment(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] long? AmountMinor,
    [property: Id(2)] ImmutableArray<CaptureAllocation> Allocations,
    [property: Id(3)] string Actor,
    [property: Id(4)] string? CommandId = null);

/// <summary>What to take of one allocation.</summary>
/// <param name="Id">The allocation's id.</param>
/// <param name="AmountMinor">In minor units, at most the allocation's amount; null for all of it.</param>
[GenerateSerializer, Immutable, Alias("payments.CaptureAllocation")]
public sealed record CaptureAllocation(
    [property: Id(0)] Guid Id,
    [property: Id(1)] long? AmountMinor);

/// <summary>What became of a capture.</summary>
[GenerateSerializer, Alias("payments.CapturePaymentOutcome")]
public enum CapturePaymentOutcome
{
    /// <summary>The capture is durable and under way (202).</summary>
    Accepted = 0,

    /// <summary>No such payment for this merchant (404).</summary>
    NotFound = 1,

    /// <summary>The state forbids it (422); <see cref="CapturePaymentResult.Status"/> says which.</summary>
    NotCapturable = 2,

    /// <summary>More than is held, of the payment or of an allocation (422).</summary>
    AmountTooLarge = 3,

    /// <summary>The payment has no such allocation, or it is named twice (422).</summary>
    UnknownAllocation = 4,

    /// <summary>The provider definitely refused and the hold is where it was (422 <c>PAYMENT_ERROR</c>).</summary>
    ProviderRefused = 5,
}

/// <summary>Answer to <see cref="IPaymentGrain.CaptureAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Payment">For <see cref="CapturePaymentOutcome.Accepted"/>: the payment as <c>CAPTURE_INITIALIZED</c>, whatever it has become since. Else null.</param>
/// <param name="Status">The state that decided, when the payment exists.</param>
[GenerateSerializer, Immutable, Alias("payments.CapturePaymentResult")]
public sealed record CapturePaymentResult(
    [property: Id(0)] CapturePaymentOutcome Outcome,
    [property: Id(1)] PaymentView? Payment,
    [property: Id(2)] PaymentStatus? Status);

using Payments.Grains.Ports;

namespace Payments.Grains.Payment;

/// <summary>A provider operation that was decided and is not known to be finished: the write-ahead record (design §2.2).
/// Who loads it from storage does not know whether the call was made, and reads the provider's object before calling again.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Attempt">1 or more; part of the idempotency key. Grows only when the old key would replay a stored error or has expired.</param>
/// <param name="AttemptBegunAt">When this attempt's key was first used (UTC).</param>
/// <param name="BegunAt">When the operation was decided (UTC); give-up times count from here.</param>
/// <param name="Failures">Tries without a definite answer, over all attempts.</param>
/// <param name="LastCause">Why the last try has no definite answer; null when it was never tried or the process died in it.</param>
public sealed record ProviderOperation(
    ProviderOperationKind Kind,
    int Attempt,
    DateTimeOffset AttemptBegunAt,
    DateTimeOffset BegunAt,
    int Failures = 0,
    ProviderUncertainty? LastCause = null)
{
    /// <summary>The idempotency key: deterministic per payment, operation and attempt.</summary>
    public string KeyFor(Guid paymentId) => $"{paymentId:N}-{Kind.ToString().ToLowerInvariant()}-{Attempt}";

    /// <summary>Whether the same key must not be used again: the provider would replay a stored 500, or has forgotten the key. A rejection as malformed
    /// may be stored as well, and outlast its cause by a day; what can be read first is tried anew. A create is not: nothing of it was executed.</summary>
    public bool KeyIsSpent(DateTimeOffset now, PaymentPolicy policy) =>
        LastCause == ProviderUncertainty.ServerError
        || (LastCause == ProviderUncertainty.Misconfigured && Kind != ProviderOperationKind.Create)
        || now - AttemptBegunAt >= policy.IdempotencyKeyLifetime;
}

/// <summary>What a payment can owe its provider.</summary>
public enum ProviderOperationKind
{
    /// <summary>Create and confirm the PaymentIntent.</summary>
    Create = 0,

    /// <summary>Cancel the PaymentIntent: void the hold, or stop the ACH debit.</summary>
    Cancel = 1,

    /// <summary>The ACH debit can no longer be cancelled: wait until it settles or fails.</summary>
    AwaitSettlement = 2,

    /// <summary>Refund what was taken although the cancel was accepted.</summary>
    Refund = 3,

    /// <summary>Capture the hold, in full or in part.</summary>
    Capture = 4,
}

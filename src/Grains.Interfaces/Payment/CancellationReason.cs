namespace Payments;

/// <summary>Why a merchant cancels (seed, "Cancellation Reasons"). Stripe knows the same four in lower case.</summary>
[GenerateSerializer, Alias("payments.CancellationReason")]
public enum CancellationReason
{
    /// <summary>Merchant identified this as a duplicate payment.</summary>
    Duplicate = 0,

    /// <summary>Suspected fraudulent activity.</summary>
    Fraudulent = 1,

    /// <summary>Customer asked to cancel.</summary>
    RequestedByCustomer = 2,

    /// <summary>Customer did not complete, for instance a 3-D Secure timeout.</summary>
    Abandoned = 3,
}

namespace Payments;

/// <summary>Why a payment is cancelled. The first four are the merchants' (seed, "Cancellation Reasons"), and Stripe knows them in lower case.</summary>
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

    /// <summary>Taken back by the system itself, as a split tender that did not come about (api-facts §2.2). No merchant can give it, and Stripe has no
    /// word for it.</summary>
    AutomatedCancel = 4,
}

namespace Payments;

/// <summary>States of a payment: the seed's eight, and those of the public lifecycle page that this product can be in.</summary>
[GenerateSerializer, Alias("payments.PaymentStatus")]
public enum PaymentStatus
{
    /// <summary>Accepted and durable; the provider has not heard of it.</summary>
    Initiated = 0,

    /// <summary>Waits to be sent to the provider: an earlier try certainly did not reach it.</summary>
    Pending = 1,

    /// <summary>The provider was called and its answer is not known yet.</summary>
    Processing = 2,

    /// <summary>The customer must answer a 3-D Secure challenge.</summary>
    AuthRequired = 3,

    /// <summary>The card hold is in place; nothing was captured.</summary>
    Authorized = 4,

    /// <summary>The ACH debit was taken and is not settled.</summary>
    Accepted = 5,

    /// <summary>A capture is in flight.</summary>
    CaptureInitialized = 6,

    /// <summary>The money was taken.</summary>
    Completed = 7,

    /// <summary>The provider declined; no money moved.</summary>
    Failed = 8,

    /// <summary>A cancel was accepted and is under way.</summary>
    CancelInitialized = 9,

    /// <summary>Cancelled at the provider, or never sent to it, or fully refunded.</summary>
    Cancelled = 10,

    /// <summary>A cancel that was accepted could not be completed; the money state is unchanged and an operator sees it.</summary>
    CancelFailed = 11,
}

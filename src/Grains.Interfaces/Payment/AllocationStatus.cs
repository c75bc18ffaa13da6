namespace Payments;

/// <summary>State of one allocation of a payment. It follows the payment's, but is spelled with one L when cancelled (seed). The two allocations of a
/// split tender have states of their own.</summary>
[GenerateSerializer, Alias("payments.AllocationStatus")]
public enum AllocationStatus
{
    /// <summary>See <see cref="PaymentStatus.Initiated"/>.</summary>
    Initiated = 0,

    /// <summary>See <see cref="PaymentStatus.Pending"/>.</summary>
    Pending = 1,

    /// <summary>See <see cref="PaymentStatus.Processing"/>.</summary>
    Processing = 2,

    /// <summary>See <see cref="PaymentStatus.AuthRequired"/>.</summary>
    AuthRequired = 3,

    /// <summary>See <see cref="PaymentStatus.Authorized"/>.</summary>
    Authorized = 4,

    /// <summary>See <see cref="PaymentStatus.Accepted"/>.</summary>
    Accepted = 5,

    /// <summary>See <see cref="PaymentStatus.CaptureInitialized"/>.</summary>
    CaptureInitialized = 6,

    /// <summary>See <see cref="PaymentStatus.Completed"/>.</summary>
    Completed = 7,

    /// <summary>See <see cref="PaymentStatus.Failed"/>.</summary>
    Failed = 8,

    /// <summary>See <see cref="PaymentStatus.CancelInitialized"/>.</summary>
    CancelInitialized = 9,

    /// <summary>See <see cref="PaymentStatus.Cancelled"/>; <c>CANCELED</c> on the wire.</summary>
    Canceled = 10,

    /// <summary>See <see cref="PaymentStatus.CancelFailed"/>.</summary>
    CancelFailed = 11,

    /// <summary>Taken back, by a void or by a refund, because the other allocation of the split tender failed.</summary>
    RolledBack = 12,
}

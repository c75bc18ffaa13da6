namespace Payments;

/// <summary>States of a payment request: Klarna's, and <see cref="CancelPending"/> while our cancel has no answer.</summary>
[GenerateSerializer, Alias("payments.PaymentRequestStatus")]
public enum PaymentRequestStatus
{
    /// <summary>Created; the customer has not begun.</summary>
    Submitted = 0,

    /// <summary>The customer is in the purchase flow.</summary>
    InProgress = 1,

    /// <summary>The customer completed it.</summary>
    Completed = 2,

    /// <summary>The provider declined it.</summary>
    Declined = 3,

    /// <summary>Its time ran out.</summary>
    Expired = 4,

    /// <summary>A cancel began and the provider's answer is not known yet.</summary>
    CancelPending = 5,

    /// <summary>Cancelled at the provider.</summary>
    Canceled = 6,

    /// <summary>A cancel got no answer for longer than any request lives, and the provider could not be read: it is watched, and operators see it.</summary>
    CancelFailed = 7,
}

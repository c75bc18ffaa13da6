using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>Every wait and limit of a payment's dealings with its provider. Configuration section <c>Payments:Policy</c>.</summary>
public sealed record PaymentPolicy
{
    /// <summary>How long a cancel waits for the provider before it answers (design §5.4).</summary>
    public TimeSpan InlineBudget { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long any other provider call may take. It bounds how long a cancel can wait for its turn.</summary>
    public TimeSpan ProviderDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After a durable write-ahead, how long until something else looks whether the work was done. Longer than the calls above.</summary>
    public TimeSpan WriteAheadLease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Waits between tries of a provider operation whose outcome is not known.</summary>
    public Backoff OperationRetry { get; init; } = new() { Initial = TimeSpan.FromSeconds(1), Max = TimeSpan.FromMinutes(15) };

    /// <summary>When a create that never reached a definite answer is given up, provided that a look-up finds no intent.</summary>
    public TimeSpan CreateGivenUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When a capture that still finds its hold in place is given up; the payment is then authorized again.</summary>
    public TimeSpan CaptureGivenUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When a void without a definite answer becomes <c>CANCEL_FAILED</c>.</summary>
    public TimeSpan CancelGivenUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Waits between reads while an ACH debit settles or a refund is pending.</summary>
    public Backoff SettlementWatch { get; init; } = new() { Initial = TimeSpan.FromMinutes(5), Max = TimeSpan.FromHours(6) };

    /// <summary>When an unsettled reversal or a pending refund becomes <c>CANCEL_FAILED</c>: ACH settles within 5 business days, refunds within 10.</summary>
    public TimeSpan SettlementGivenUpAfter { get; init; } = TimeSpan.FromDays(21);

    /// <summary>Waits between reads of a payment that only the provider or the customer can move.</summary>
    public Backoff ObservationInterval { get; init; } = new() { Initial = TimeSpan.FromMinutes(15), Max = TimeSpan.FromHours(6) };

    /// <summary>How long a card hold lasts; it is read after that (api-facts §2.2).</summary>
    public TimeSpan HoldLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a read believes what this activation knows of a payment that can still move. While silos stop or die, two activations of one
    /// payment exist for a moment; this bounds how long the one that stays can show what the other one has moved on.</summary>
    public TimeSpan ReadsTrustMemoryFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Creates with the same <c>merchantTransactionId</c> that are answered, the first included (api-facts §2.5).</summary>
    public int CreateAttemptsMax { get; init; } = 5;

    /// <summary>Providers keep idempotency keys at least 24 hours; an older key is not used again without a read and a new attempt number.</summary>
    public TimeSpan IdempotencyKeyLifetime { get; init; } = TimeSpan.FromHours(23);
}

using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>Every wait and limit of a payment request's dealings with Klarna. Configuration section <c>Payments:RequestPolicy</c>.</summary>
public sealed record PaymentRequestPolicy
{
    /// <summary>How long a create or a cancel, all its provider calls together, waits for Klarna before it answers.</summary>
    public TimeSpan InlineBudget { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a provider call in the background may take.</summary>
    public TimeSpan ProviderDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After a durable write-ahead, how long until something else looks whether the work was done.</summary>
    public TimeSpan WriteAheadLease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Waits between tries whose outcome is not known.</summary>
    public Backoff Retry { get; init; } = new() { Initial = TimeSpan.FromSeconds(1), Max = TimeSpan.FromMinutes(15) };

    /// <summary>Waits between reads of a request that lives on past its expected end.</summary>
    public Backoff ObservationInterval { get; init; } = new() { Initial = TimeSpan.FromMinutes(15), Max = TimeSpan.FromHours(6) };

    /// <summary>How long a request lives when Klarna did not say (api-facts §4.2).</summary>
    public TimeSpan DefaultLifetime { get; init; } = TimeSpan.FromHours(3);

    /// <summary>How long a read believes what this activation knows of a request that can still move (see <see cref="Payment.PaymentPolicy"/>).</summary>
    public TimeSpan ReadsTrustMemoryFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Klarna removes every request after 48 hours at most; an operation that is older than this has nothing left to act on.</summary>
    public TimeSpan GivenUpAfter { get; init; } = TimeSpan.FromHours(50);

    /// <summary>Idempotency keys are kept 24 hours.</summary>
    public TimeSpan IdempotencyKeyLifetime { get; init; } = TimeSpan.FromHours(23);
}

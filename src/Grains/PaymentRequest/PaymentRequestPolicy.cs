using Payments.Grains.Ports;
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

    /// <summary>Waits between reads of an open in-store session: a till waits for it, and nothing is pushed about it.</summary>
    public Backoff SessionWatch { get; init; } = new() { Initial = TimeSpan.FromSeconds(15), Max = TimeSpan.FromHours(1) };

    /// <summary>How long a request lives when Klarna did not say (api-facts §4.2).</summary>
    public TimeSpan DefaultLifetime { get; init; } = TimeSpan.FromHours(3);

    /// <summary>How long an in-store session lives; Klarna does not say it in its answers (api-facts §4.5).</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(46);

    /// <summary>In which of Klarna's products new requests are created. Existing ones stay where they are.</summary>
    public KlarnaProductChoice Products { get; init; } = new();

    /// <summary>When a refund without a definite answer is given up, provided that a look-up finds none at Klarna.</summary>
    public TimeSpan RefundGivenUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a read believes what this activation knows of a request that can still move (see <see cref="Payment.PaymentPolicy"/>).</summary>
    public TimeSpan ReadsTrustMemoryFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Klarna removes every request after 48 hours at most. A create that is older than this without an answer has nothing left to act on; a cancel
    /// that is, needs an operator's eye and is only watched from then on.</summary>
    public TimeSpan GivenUpAfter { get; init; } = TimeSpan.FromHours(50);

    /// <summary>Idempotency keys are kept 24 hours.</summary>
    public TimeSpan IdempotencyKeyLifetime { get; init; } = TimeSpan.FromHours(23);
}

/// <summary>Klarna's product for each kind of payment.</summary>
public sealed record KlarnaProductChoice
{
    /// <summary><c>DynamicQR</c>: the link of a payment request is a code for one payment, and its states are documented best.</summary>
    public KlarnaProduct DynamicQR { get; init; } = KlarnaProduct.PaymentRequest;

    /// <summary><c>StaticQR</c>: only an in-store session takes the customer's short code.</summary>
    public KlarnaProduct StaticQR { get; init; } = KlarnaProduct.InStoreSession;

    /// <summary><c>Fixed</c>: a link.</summary>
    public KlarnaProduct Fixed { get; init; } = KlarnaProduct.PaymentRequest;

    /// <summary>The product of a payment type.</summary>
    public KlarnaProduct For(string paymentType) => paymentType switch
    {
        nameof(DynamicQR) => DynamicQR,
        nameof(StaticQR) => StaticQR,
        _ => Fixed,
    };
}

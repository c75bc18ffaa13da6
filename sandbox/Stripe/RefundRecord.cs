namespace Payments.Sandbox;

/// <summary>One version of a refund. Immutable, like <see cref="IntentRecord"/>.</summary>
public sealed record RefundRecord
{
    /// <summary>Id, <c>re_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The refunded payment intent.</summary>
    public required string PaymentIntent { get; init; }

    /// <summary>The refunded charge.</summary>
    public required string Charge { get; init; }

    /// <summary>Amount in minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code, lower case.</summary>
    public required string Currency { get; init; }

    /// <summary><c>pending</c>, <c>requires_action</c>, <c>succeeded</c>, <c>failed</c> or <c>canceled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Reason as given: duplicate, fraudulent or requested_by_customer.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it failed, in Stripe's words.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the refund still takes its amount from the charge.</summary>
    internal bool Holds => Status is not (Failed or Canceled);

    internal const string Pending = "pending";
    internal const string RequiresAction = "requires_action";
    internal const string Succeeded = "succeeded";
    internal const string Failed = "failed";
    internal const string Canceled = "canceled";
}

/// <summary>Names of the effective operations on a refund.</summary>
internal static class RefundOperations
{
    public const string Create = "refund.create";
    public const string RequiresAction = "refund.requires_action";
    public const string Succeeded = "refund.succeeded";
    public const string Failed = "refund.failed";
    public const string Cancel = "refund.cancel";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Payments.Grains.Ports;

namespace Payments.Grains.PaymentRequest;

/// <summary>A refund of a paid request, stored in the request's row: the request owns the sum of them.</summary>
/// <param name="Number">1 for the first of this request.</param>
/// <param name="CommandId">The command that asked for it: its repeats are this refund.</param>
/// <param name="ReferenceCode">Ours at Klarna, by which it is found again: 32 hex digits.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="Reason">The merchant's reason, or null.</param>
/// <param name="Status">Current state.</param>
/// <param name="Operation">What is owed to Klarna until it has a definite answer; null afterwards.</param>
/// <param name="ProviderRefundId">Klarna's id, or null.</param>
/// <param name="Failure">Klarna's word for why it failed, or null.</param>
/// <param name="DueAt">When it needs attention (UTC), or null.</param>
/// <param name="RequestedAt">When it was asked for (UTC).</param>
/// <param name="UpdatedAt">When its state last changed (UTC).</param>
public sealed record RequestRefund(
    int Number,
    string CommandId,
    string ReferenceCode,
    long AmountMinor,
    string? Reason,
    PayhubRefundStatus Status,
    RefundOperation? Operation,
    string? ProviderRefundId,
    string? Failure,
    DateTimeOffset? DueAt,
    DateTimeOffset RequestedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Most refunds of one request: their ids have three digits after the payment's.</summary>
    public const int NumberMax = 999;

    private const int ReferenceBytes = 16;

    /// <summary>The reference of the refund that a command asks for: of the command too, so that a row that was restored from before it never gives another
    /// refund the same one.</summary>
    public static string ReferenceFor(long paymentRequestId, string commandId)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"payhub-refund\n{paymentRequestId}\n{commandId}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, ReferenceBytes));
    }

    /// <summary>What a caller may see.</summary>
    public PayhubRefundView ToView(long paymentId) =>
        new(paymentId * (NumberMax + 1) + Number, ReferenceCode, AmountMinor, Status, ProviderRefundId, paymentId, RequestedAt);
}

/// <summary>The create of a refund at Klarna, decided and not known to be finished.</summary>
/// <param name="Attempt">1 or more; part of the idempotency key.</param>
/// <param name="AttemptBegunAt">When this attempt's key was first used (UTC).</param>
/// <param name="BegunAt">When the refund was decided (UTC).</param>
/// <param name="Failures">Tries without a definite answer.</param>
/// <param name="LastCause">Why the last try has no definite answer, or null.</param>
public sealed record RefundOperation(
    int Attempt, DateTimeOffset AttemptBegunAt, DateTimeOffset BegunAt, int Failures = 0, ProviderUncertainty? LastCause = null)
{
    /// <summary>The idempotency key: deterministic per refund and attempt.</summary>
    public string KeyFor(string referenceCode) => string.Create(CultureInfo.InvariantCulture, $"payhub-refund-{referenceCode}-{Attempt}");

    /// <summary>Whether the same key must not be used again: Klarna may have stored a 500 or a rejection under it, or has forgotten it.</summary>
    public bool KeyIsSpent(DateTimeOffset now, PaymentRequestPolicy policy) =>
        LastCause is ProviderUncertainty.ServerError or ProviderUncertainty.Misconfigured || now - AttemptBegunAt >= policy.IdempotencyKeyLifetime;
}

using System.Collections.Immutable;
using S = Payments.PaymentStatus;

namespace Payments.Grains.Payment;

/// <summary>One edge of a payment's life.</summary>
/// <param name="From">The state before; null for the beginning.</param>
/// <param name="To">The state after.</param>
/// <param name="Why">What causes it, in a few words; the diagram in docs/states.md shows them.</param>
public sealed record PaymentTransition(S? From, S To, string Why);

/// <summary>Every state change that a payment can make: the public lifecycle (api-facts §2.3), and what a provider's truth that comes late adds to it. The
/// rules in <see cref="PaymentMachine"/> and <see cref="SplitTender"/> make no other, and make every one of these.</summary>
public static class PaymentTransitions
{
    /// <summary>What only the two cards of a split tender bring about: they move one after the other, and are taken back together.</summary>
    public static ImmutableArray<PaymentTransition> OfSplitTender { get; } =
    [
        new(S.AuthRequired, S.Processing, "both held and being captured, or being rolled back"),
        new(S.Pending, S.CancelInitialized, "cancel, the other card held"),
        new(S.Processing, S.CancelFailed, "rollback refused or given up"),
        new(S.CancelFailed, S.Processing, "taken after all, rollback goes on"),
        new(S.CancelFailed, S.Failed, "rolled back after all"),
    ];

    /// <summary>The table.</summary>
    public static ImmutableArray<PaymentTransition> All { get; } =
    [
        new(null, S.Initiated, "create"),
        new(S.Initiated, S.Processing, "sent to the provider"),
        new(S.Initiated, S.Cancelled, "cancel, never sent"),
        new(S.Initiated, S.Pending, "certainly not executed"),
        new(S.Pending, S.Processing, "sent again"),
        new(S.Pending, S.Cancelled, "cancel, never sent"),
        new(S.Processing, S.Pending, "certainly not executed"),

        .. Answers(S.Initiated, "answer"),
        .. Answers(S.Pending, "answer"),
        .. Answers(S.Processing, "answer"),
        .. Answers(S.AuthRequired, "customer or time-out"),
        .. Answers(S.Authorized, "provider moved on"),
        .. Answers(S.Accepted, "settled, failed or returned"),

        new(S.Authorized, S.CaptureInitialized, "capture"),
        new(S.CaptureInitialized, S.Completed, "captured"),
        new(S.CaptureInitialized, S.Authorized, "capture refused, hold in place"),
        new(S.CaptureInitialized, S.Cancelled, "hold lapsed or cancelled at the provider"),
        new(S.CaptureInitialized, S.Failed, "provider failed it"),
        new(S.CaptureInitialized, S.Accepted, "provider is processing it"),

        new(S.AuthRequired, S.CancelInitialized, "cancel"),
        new(S.Authorized, S.CancelInitialized, "cancel"),
        new(S.Accepted, S.CancelInitialized, "cancel"),
        new(S.CancelFailed, S.CancelInitialized, "cancel again, or taken and to be refunded"),
        new(S.CancelInitialized, S.Cancelled, "voided, reversed or refunded"),
        new(S.CancelInitialized, S.CancelFailed, "refused after 202, or given up"),
        new(S.CancelInitialized, S.Authorized, "refused before the answer"),
        new(S.CancelInitialized, S.Accepted, "refused before the answer"),
        new(S.CancelInitialized, S.AuthRequired, "refused before the answer"),
        new(S.CancelInitialized, S.Completed, "captured meanwhile, refused before the answer"),
        new(S.CancelFailed, S.Cancelled, "cancelled at the provider"),

        .. OfSplitTender.Select(static transition => transition with { Why = $"split tender, {transition.Why}" }),
    ];

    /// <summary>Whether a payment may go from one state to another; staying is no transition.</summary>
    public static bool Allows(S? from, S to) => from == to || All.Any(transition => transition.From == from && transition.To == to);

    /// <summary>What a provider's object can say of a payment that nobody cancels. A challenge that was passed does not come back.</summary>
    private static IEnumerable<PaymentTransition> Answers(S before, string why)
    {
        foreach (var after in (S[])[S.AuthRequired, S.Authorized, S.Accepted, S.Completed, S.Failed, S.Cancelled])
        {
            var comesBack = after == S.AuthRequired && before is (S.Authorized or S.Accepted);
            var listedAbove = after == S.Cancelled && before is (S.Initiated or S.Pending);
            if (after != before && !comesBack && !listedAbove)
                yield return new(before, after, why);
        }
    }
}

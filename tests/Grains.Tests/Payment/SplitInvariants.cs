using Payments.Grains.Auditing;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>What every step of a split tender must leave true.</summary>
internal static class SplitInvariants
{
    public static void Check(PaymentState before, PaymentState after, Moment moment)
    {
        Assert.True(PaymentTransitions.Allows(before.Status, after.Status), $"{before.Status} to {after.Status} is not declared.");
        WholeOrNothing(after);
        NothingIsCapturedBeforeAllIsHeld(before, after);
        WhatWaitsIsDue(after);
        HeardOfAsOne(before, after);
        Assert.True(before.Status == after.Status || after.Audit[^1].Status == after.Status.ToWire(), "The state is not explained.");
        Assert.Equal(2, after.Allocations.Select(allocation => allocation.Operation?.KeyFor(allocation.Id) ?? $"{allocation.Id}").Distinct().Count());
        Assert.Equal(before.AmountMinor, after.Allocations.Sum(allocation => allocation.AmountMinor));
        Assert.True(after.Audit.Length <= AuditTrail.EntriesMax);
        _ = after.ToView();
    }

    private static void WholeOrNothing(PaymentState after)
    {
        foreach (var allocation in after.Allocations)
        {
            var isTaken = allocation.Intent?.Status == Intent.Succeeded && allocation.Refund?.Status != RefundStatus.Succeeded && !allocation.Audit.Any(Refunded);
            var isHeld = allocation.Intent?.Status == Intent.RequiresCapture;
            switch (after.Status)
            {
                case PaymentStatus.Completed:
                    Assert.True(isTaken, "A completed payment whose card was not charged.");
                    Assert.Null(after.Rollback);
                    break;
                case PaymentStatus.Failed or PaymentStatus.Cancelled:
                    Assert.False(isTaken, $"{after.Status}, and the customer is charged.");
                    Assert.False(isHeld, $"{after.Status}, and the customer's money is held.");
                    break;
            }
        }

        // "Already refunded" is the provider's word for it.
        static bool Refunded(AuditEntry entry) => entry.Detail?.Contains("refunded", StringComparison.Ordinal) == true;
    }

    private static void NothingIsCapturedBeforeAllIsHeld(PaymentState before, PaymentState after)
    {
        var begins = after.Allocations.Where((allocation, index) => allocation.CaptureAttempts > before.Allocations[index].CaptureAttempts);
        if (begins.Any())
        {
            Assert.True(after is { Rollback: null, Cancellation: null }, "What is taken back is captured.");
            Assert.All(after.Allocations, allocation => Assert.True(
                allocation.Status is PaymentStatus.CaptureInitialized or PaymentStatus.Completed, "One card is captured while the other one is not held."));
        }
    }

    private static void WhatWaitsIsDue(PaymentState after)
    {
        if (!PaymentMachine.IsTerminal(after.Status))
            Assert.NotNull(after.NextProviderDueAt);
        foreach (var allocation in after.Allocations)
        {
            if (allocation.Operation is not null)
                Assert.NotNull(allocation.ProviderDueAt);
            if (PaymentMachine.IsTerminal(after.Status))
                Assert.True(allocation.Operation is null, $"{after.Status}, and an allocation still owes a {allocation.Operation?.Kind}.");
        }
    }

    private static void HeardOfAsOne(PaymentState before, PaymentState after)
    {
        Assert.All(after.Allocations, allocation => Assert.Empty(allocation.Outbox));
        var names = after.Outbox.Where(entry => before.Outbox.All(old => old.Id != entry.Id)).Select(entry => entry.Event).ToList();
        var expected = before.Status == after.Status ? null : PaymentWebhook.EventOf(after.Status);
        Assert.Equal(expected, names.FirstOrDefault());
        Assert.True(names.Count <= 1 || names is ["PAYMENT_FAILED", PaymentWebhook.Refunded], string.Join(", ", names));
    }
}

using Payments.Grains.Auditing;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests.Payment;

/// <summary>What must hold after every transition of a payment, whatever the input was (design §2, §10).</summary>
internal static class PaymentInvariants
{
    public static void Check(PaymentState before, PaymentState after, Moment moment)
    {
        if (!after.Exists)
        {
            Assert.Same(before, after);
            return;
        }

        Assert.True(
            PaymentTransitions.Allows(before.Exists ? before.Status : null, after.Status), $"{before.Status} must not become {after.Status}.");
        TerminalAbsorbs(before, after);
        CancelledOnlyForAReason(before, after);
        AnnouncedExactlyWhenReached(before, after, moment);
        WhatWaitsIsDue(after);
        KeysOnlyMoveOn(before, after, moment);
        EveryStatusIsExplained(before, after, moment);
        IdentityStays(before, after);
    }

    private static void TerminalAbsorbs(PaymentState before, PaymentState after)
    {
        if (before.Exists && PaymentMachine.IsTerminal(before.Status))
            Assert.Equal((before.Status, before.Intent, before.Refund), (after.Status, after.Intent, after.Refund));
        if (PaymentMachine.IsTerminal(after.Status))
            Assert.Equal((null, null), (after.Operation, after.ProviderDueAt));
    }

    /// <summary>I3.</summary>
    private static void CancelledOnlyForAReason(PaymentState before, PaymentState after)
    {
        if (after.Status != PaymentStatus.Cancelled || before.Status == PaymentStatus.Cancelled)
            return;

        var neverSent = after.Intent is null && before.Status is PaymentStatus.Initiated or PaymentStatus.Pending;
        var voided = after.Intent is { Status: PaymentIntentStatus.Canceled };
        var refunded = after.Refund is { Status: RefundStatus.Succeeded } refund && refund.AmountMinor >= after.Intent!.AmountReceivedMinor;
        var refundedByOthers = before.Operation is { Kind: ProviderOperationKind.Refund } && after.Audit[^1].Detail == "already refunded in full";
        Assert.True(
            neverSent || voided || refunded || refundedByOthers,
            $"CANCELLED without a reason, from {before.Status} with {after.Intent?.Status} and {after.Refund?.Status}");
    }

    /// <summary>I4: a state is announced when it is reached, with it, and once; what returns to it is not announced again, except after a capture that
    /// the merchant believes under way.</summary>
    private static void AnnouncedExactlyWhenReached(PaymentState before, PaymentState after, Moment moment)
    {
        var name = PaymentWebhook.EventOf(after.Status);
        var captureFailed = before.Capture is not null && after.Capture is null && after.OutboxSequence > before.OutboxSequence;
        var became = after.Status != before.Status && name is not null && (after.Status != before.AnnouncedStatus || captureFailed);
        Assert.Equal(before.OutboxSequence + (became ? 1 : 0), after.OutboxSequence);
        var added = after.Outbox.Where(entry => before.Outbox.All(old => old.Id != entry.Id)).ToList();
        if (!became)
        {
            Assert.Empty(added);
            return;
        }

        var entry = Assert.Single(added);
        Assert.Equal((name, moment.Now, moment.Now, 0), (entry.Event, entry.CreatedAt, entry.NextAttemptAt, entry.Attempts));
        Assert.DoesNotContain('.', entry.Id);
        Assert.Contains($"\"status\":\"{after.Status.ToWire()}\"", entry.Body, StringComparison.Ordinal);
        Assert.Same(entry, after.Outbox[^1]);
        Assert.Equal(after.Status, after.AnnouncedStatus);
    }

    /// <summary>Design §2.4.</summary>
    private static void WhatWaitsIsDue(PaymentState after)
    {
        if (!PaymentMachine.IsTerminal(after.Status))
            Assert.NotNull(after.ProviderDueAt);
        if (after.Outbox.Any(entry => entry.DeadLetteredAt is null))
            Assert.NotNull(after.DueAt);
        if (after.Operation is null && after.Status is PaymentStatus.CancelInitialized or PaymentStatus.Initiated or PaymentStatus.Pending or PaymentStatus.Processing
            or PaymentStatus.CaptureInitialized)
            Assert.Fail($"{after.Status} owes nothing to anybody and waits for nothing.");
    }

    private static void KeysOnlyMoveOn(PaymentState before, PaymentState after, Moment moment)
    {
        Assert.True(after.CancelAttempts >= before.CancelAttempts);
        Assert.True(after.RefundAttempts >= before.RefundAttempts);
        Assert.True(after.CreateAttempts >= before.CreateAttempts);
        Assert.True(after.CaptureAttempts >= before.CaptureAttempts);
        if (after.Operation is not { } now)
            return;

        Assert.True(now.KeyFor(after.Id).Length <= 255);
        if (now.Kind == ProviderOperationKind.Cancel)
            Assert.Equal(after.CancelAttempts, now.Attempt);
        if (now.Kind == ProviderOperationKind.Refund)
            Assert.Equal(after.RefundAttempts, now.Attempt);
        if (now.Kind == ProviderOperationKind.Capture)
            Assert.Equal(after.CaptureAttempts, now.Attempt);
        if (before.Operation is not { } then || then.Kind != now.Kind)
            return;

        Assert.True(now.Attempt >= then.Attempt);
        if (now.Attempt == then.Attempt)
            Assert.False(
                then.LastCause == ProviderUncertainty.ServerError && now.LastCause is null,
                "A key that would replay a stored error looks unused.");
        else
            Assert.True(then.KeyIsSpent(moment.Now, Sample.Policy) || then.BegunAt != now.BegunAt, "A usable key was thrown away.");
    }

    /// <summary>I7.</summary>
    private static void EveryStatusIsExplained(PaymentState before, PaymentState after, Moment moment)
    {
        Assert.True(after.Audit.Length <= AuditTrail.EntriesMax);
        if (after.Status == before.Status && before.Exists)
            return;

        Assert.Equal((after.Status.ToWire(), moment.Now), (after.Audit[^1].Status, after.Audit[^1].At));
        Assert.False(string.IsNullOrEmpty(after.Audit[^1].Actor));
        Assert.True(before.Audit.IsEmpty || after.Audit.Length > before.Audit.Length || before.Audit.Length == AuditTrail.EntriesMax);
        Assert.Equal(moment.Now, after.UpdatedAt);
    }

    private static void IdentityStays(PaymentState before, PaymentState after)
    {
        if (before.Exists)
        {
            Assert.Equal(
                (before.Id, before.MerchantId, before.MerchantTransactionId, before.AmountMinor, before.CurrencyCode, before.Method, before.Source, before.CreatedAt),
                (after.Id, after.MerchantId, after.MerchantTransactionId, after.AmountMinor, after.CurrencyCode, after.Method, after.Source, after.CreatedAt));
        }
    }
}

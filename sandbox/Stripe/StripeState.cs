namespace Payments.Sandbox;

/// <summary>What the operations of the Stripe side share: the objects, the ledger, the clock, and the one way to commit a change.</summary>
internal sealed class StripeState(SandboxOptions options, TimeProvider time, Ledger ledger, IdGenerator ids, Capacity capacity)
{
    public SandboxOptions Options => options;

    public Ledger Ledger => ledger;

    public IdGenerator Ids => ids;

    public Capacity Capacity => capacity;

    public IntentStore Intents { get; } = new();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>
    /// Commits one step of an intent: journal and ledger first, then the object, then the answer of the idempotency
    /// key. The caller holds the cell's lock.
    /// </summary>
    public StripeResult Apply(StripeCall? call, IntentCell cell, IntentStep step, RefundRecord? refund = null)
    {
        var own = step.Failure ?? StripeResult.Ok(refund is null ? step.Next : refund);
        if (step.Operation is null)
            return own;
        var result = call?.Conclude(own) ?? own;
        ledger.Record(new JournalEntry
        {
            At = Now,
            Operations = [step.Operation],
            Intent = step.Next,
            Refund = refund,
            Answer = call?.Stored(result),
        });
        cell.Current = step.Next;
        if (refund is not null)
        {
            cell.Put(refund);
            Intents.Index(cell, refund);
        }
        call?.Complete(result);
        return result;
    }

    /// <summary>Brings an intent up to date with the clock. The caller holds the cell's lock.</summary>
    public IntentRecord Advance(IntentCell cell)
    {
        var intent = cell.Current;
        var age = Now - intent.StatusSince;
        if (intent.Status == IntentStatus.Processing && age >= options.AchSettlesAfter
            && intent.PaymentMethod != TestPaymentMethod.StaysProcessing)
            Apply(null, cell, IntentTransitions.Settle(intent, fail: false, Now));
        else if (intent.Status == IntentStatus.RequiresCapture && age >= options.HoldLifetime)
            Apply(null, cell, IntentTransitions.ExpireHold(intent, Now));
        if (cell.Refunds.Length > 0 && TestPaymentMethod.Find(intent.PaymentMethod) is { RefundFailsLater: true })
        {
            foreach (var refund in cell.Refunds.Where(refund => refund.Status == RefundRecord.Succeeded))
                MoveRefund(null, cell, refund, RefundRecord.Failed, RefundOperations.Failed, "expired_or_canceled_card");
        }
        return cell.Current;
    }

    /// <summary>
    /// Moves a refund to another status; an amount that is no longer refunded goes back to the charge. The caller holds the
    /// cell's lock.
    /// </summary>
    public StripeResult MoveRefund(
        StripeCall? call, IntentCell cell, RefundRecord refund, string status, string operation, string? failure = null)
    {
        var next = refund with { Status = status, FailureReason = failure };
        var released = refund.Holds && !next.Holds ? refund.Amount : 0;
        var intent = cell.Current with { AmountRefunded = cell.Current.AmountRefunded - released };
        return Apply(call, cell, new IntentStep(intent, operation), next);
    }

    /// <summary>Reads one intent, brought up to date.</summary>
    public IntentRecord? Read(string id) => Intents.Find(id) is { } cell ? Read(cell) : null;

    public IntentRecord Read(IntentCell cell)
    {
        lock (cell)
            return Advance(cell);
    }

    /// <summary>Takes over a commit of an earlier run.</summary>
    public void Restore(JournalEntry entry)
    {
        if (entry.Intent is not { } intent)
            return;
        var cell = Intents.Find(intent.Id);
        if (cell is null)
        {
            capacity.Restore();
            cell = Intents.Add(intent);
        }
        else
        {
            Intents.Index(cell, intent.Metadata.Except(cell.Current.Metadata));
            cell.Current = intent;
        }
        if (entry.Refund is { } refund)
        {
            if (Intents.FindByRefund(refund.Id) is null)
                capacity.Restore();
            cell.Put(refund);
            Intents.Index(cell, refund);
        }
    }
}

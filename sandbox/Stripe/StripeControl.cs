namespace Payments.Sandbox;

/// <summary>What the customer, the bank and the clock do at Stripe, on order. None of it is an API call of the merchant.</summary>
public sealed class StripeControl
{
    private readonly StripeState _state;

    internal StripeControl(StripeState state) => _state = state;

    /// <summary>The intent as it is now, or null.</summary>
    public IntentRecord? Find(string id) => _state.Read(id);

    /// <summary>Refunds of an intent, oldest first; empty for an unknown one.</summary>
    public IReadOnlyList<RefundRecord> Refunds(string id)
    {
        if (_state.Intents.Find(id) is not { } cell)
            return [];
        _state.Read(cell);
        return cell.Refunds;
    }

    /// <summary>Intents whose metadata has this entry now, oldest first.</summary>
    public IReadOnlyList<IntentRecord> FindByMetadata(string key, string value) =>
        [.. _state.Intents.FindByMetadata(key, value).Select(_state.Read)];

    /// <summary>The bank collects the debit (or not, with a test account that fails).</summary>
    /// <exception cref="InvalidOperationException">The intent is unknown or not processing.</exception>
    public IntentRecord Settle(string id) =>
        Move(id, IntentStatus.Processing, static (intent, now) => IntentTransitions.Settle(intent, fail: false, now));

    /// <summary>The bank returns the debit.</summary>
    /// <exception cref="InvalidOperationException">The intent is unknown or not processing.</exception>
    public IntentRecord Fail(string id) =>
        Move(id, IntentStatus.Processing, static (intent, now) => IntentTransitions.Settle(intent, fail: true, now));

    /// <summary>From now on the debit can no longer be cancelled.</summary>
    /// <exception cref="InvalidOperationException">The intent is unknown or not processing.</exception>
    public IntentRecord CloseCancelWindow(string id) => Move(id, IntentStatus.Processing,
        static (intent, _) => new IntentStep(intent with { CancelWindowClosed = true }, "payment_intent.cancel_window_closed"));

    /// <summary>The card hold lapses.</summary>
    /// <exception cref="InvalidOperationException">The intent is unknown or holds no funds.</exception>
    public IntentRecord ExpireHold(string id) => Move(id, IntentStatus.RequiresCapture, IntentTransitions.ExpireHold);

    /// <summary>The customer passes or fails the authentication.</summary>
    /// <exception cref="InvalidOperationException">The intent is unknown or waits for no authentication.</exception>
    public IntentRecord Authenticate(string id, bool succeeds) =>
        Move(id, IntentStatus.RequiresAction, (intent, now) => IntentTransitions.Authenticate(intent, succeeds, now));

    /// <summary>Moves a refund on to <c>succeeded</c>, <c>failed</c> or <c>requires_action</c>.</summary>
    /// <exception cref="InvalidOperationException">The refund is unknown or already failed or cancelled.</exception>
    public RefundRecord MoveRefund(string id, string status)
    {
        var operation = status switch
        {
            RefundRecord.Succeeded => RefundOperations.Succeeded,
            RefundRecord.Failed => RefundOperations.Failed,
            RefundRecord.RequiresAction => RefundOperations.RequiresAction,
            _ => throw new ArgumentException($"A refund cannot be moved to {status}.", nameof(status)),
        };
        var cell = _state.Intents.FindByRefund(id) ?? throw new InvalidOperationException($"No such refund: {id}.");
        lock (cell)
        {
            var refund = cell.Refunds.First(found => found.Id == id);
            if (!refund.Holds || refund.Status == status)
                throw new InvalidOperationException($"Refund {id} has a status of {refund.Status}.");
            var failure = status == RefundRecord.Failed ? "unknown" : null;
            return (RefundRecord)_state.MoveRefund(null, cell, refund, status, operation, failure).Body;
        }
    }

    private IntentRecord Move(string id, IntentStatus needed, Func<IntentRecord, DateTimeOffset, IntentStep> transition)
    {
        var cell = _state.Intents.Find(id) ?? throw new InvalidOperationException($"No such payment_intent: {id}.");
        lock (cell)
        {
            var intent = _state.Advance(cell);
            if (intent.Status != needed)
                throw new InvalidOperationException($"{id} has a status of {intent.StatusName}, not {IntentRecord.Name(needed)}.");
            _state.Apply(null, cell, transition(intent, _state.Now));
            return cell.Current;
        }
    }
}

using System.Collections.Frozen;

namespace Payments.Sandbox;

/// <summary>The operations on refunds (https://docs.stripe.com/api/refunds).</summary>
internal sealed class StripeRefunds(StripeState state)
{
    private const int DefaultPage = 10;
    private const int MaxPage = 100;

    private static readonly FrozenSet<string> s_create = FrozenSet.ToFrozenSet(
    [
        "amount", "charge", "currency", "customer", "expand", "instructions_email", "metadata", "origin", "payment_intent", "reason",
        "refund_application_fee", "reverse_transfer",
    ]);

    public StripeResult Create(StripeCall call)
    {
        var form = call.Form;
        form.AllowOnly(s_create);
        var amount = form.Integer("amount");
        if (amount <= 0)
            throw StripeForm.Refuse("Invalid positive integer", "amount", "parameter_invalid_integer");
        var reason = form.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer");
        var metadata = form.Metadata();
        var cell = Target(form);
        lock (cell)
        {
            var intent = state.Advance(cell);
            if (Refusal(intent, amount) is { } refusal)
                return refusal;
            if (!state.Capacity.TryTake())
                return StripeResult.ServerError(state.Capacity.Refusal) with { IsStored = false };
            var refund = new RefundRecord
            {
                Id = NewId(),
                PaymentIntent = intent.Id,
                Charge = intent.ChargeId,
                Amount = amount ?? intent.AmountReceived - intent.AmountRefunded,
                Currency = intent.Currency,
                Status = TestPaymentMethod.Find(intent.PaymentMethod)?.RefundStatus ?? RefundRecord.Succeeded,
                Created = state.Now,
                Reason = reason,
                Metadata = metadata,
            };
            var next = intent with { AmountRefunded = intent.AmountRefunded + refund.Amount };
            return state.Apply(call, cell, new IntentStep(next, RefundOperations.Create), refund);
        }
    }

    public StripeResult Retrieve(StripeCall call)
    {
        if (state.Intents.FindByRefund(call.Id) is not { } cell)
            return StripeResult.Missing("refund", call.Id);
        state.Read(cell);
        return StripeResult.Ok(Find(cell, call.Id));
    }

    public StripeResult List(StripeCall call)
    {
        var form = call.Form;
        if (form.Text("payment_intent") is null && form.Text("charge") is null)
            throw StripeForm.Refuse("The sandbox lists refunds of one payment_intent or charge only.", "payment_intent");
        var cell = Target(form);
        state.Read(cell);
        var limit = (int)Math.Clamp(form.Integer("limit") ?? DefaultPage, 1, MaxPage);
        var newestFirst = cell.Refunds.Reverse().ToList();
        if (form.Text("starting_after") is { } after)
            newestFirst.RemoveRange(0, newestFirst.FindIndex(refund => refund.Id == after) + 1);
        return StripeResult.Ok(new StripeList("/v1/refunds", [.. newestFirst.Take(limit)], newestFirst.Count > limit));
    }

    public StripeResult Cancel(StripeCall call)
    {
        if (state.Intents.FindByRefund(call.Id) is not { } cell)
            return StripeResult.Missing("refund", call.Id);
        lock (cell)
        {
            state.Advance(cell);
            var refund = Find(cell, call.Id);
            return refund.Status == RefundRecord.RequiresAction
                ? state.MoveRefund(call, cell, refund, RefundRecord.Canceled, RefundOperations.Cancel)
                : Refuse($"Refunds with a status of {refund.Status} cannot be canceled; only requires_action can.");
        }
    }

    private IntentCell Target(StripeForm form)
    {
        if (form.Text("payment_intent") is { } intent)
            return state.Intents.Find(intent) ?? throw new StripeRefusal(StripeResult.Missing("payment_intent", intent, "payment_intent"));
        if (form.Text("charge") is { } charge)
            return state.Intents.FindByCharge(charge) ?? throw new StripeRefusal(StripeResult.Missing("charge", charge, "charge"));
        throw StripeForm.Refuse("One of the following params should be provided for this request: payment_intent or charge.");
    }

    private static StripeResult? Refusal(IntentRecord intent, long? amount)
    {
        if (intent.Status != IntentStatus.Succeeded)
            return StripeResult.WrongState($"This PaymentIntent ({intent.Id}) does not have a successful charge to refund.", intent);
        var left = intent.AmountReceived - intent.AmountRefunded;
        if (left == 0)
            return Refuse($"Charge {intent.ChargeId} has already been refunded.", code: "charge_already_refunded");
        return amount > left
            ? Refuse($"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount")
            : null;
    }

    /// <summary>A refusal that came out of the execution, and so stays with its idempotency key.</summary>
    private static StripeResult Refuse(string message, string? param = null, string? code = null) =>
        StripeResult.Invalid(message, param, code) with { IsStored = true };

    private string NewId()
    {
        string id;
        do
            id = state.Ids.Next("re_");
        while (state.Intents.FindByRefund(id) is not null);
        return id;
    }

    private static RefundRecord Find(IntentCell cell, string id) => cell.Refunds.First(refund => refund.Id == id);
}

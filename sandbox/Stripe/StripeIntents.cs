using System.Collections.Frozen;

namespace Payments.Sandbox;

/// <summary>The operations on payment intents (https://docs.stripe.com/api/payment_intents).</summary>
internal sealed class StripeIntents(StripeState state)
{
    private const long MaxAmount = 99_999_999;

    private static readonly string[] s_card = [TestPaymentMethod.Card];
    private static readonly string[] s_cardOrBank = [TestPaymentMethod.Card, TestPaymentMethod.BankAccount];

    private static readonly FrozenSet<string> s_create = FrozenSet.ToFrozenSet(
    [
        "amount", "amount_details", "application_fee_amount", "automatic_payment_methods", "capture_method", "confirm",
        "confirmation_method", "currency", "customer", "customer_account", "description", "error_on_requires_action",
        "excluded_payment_method_types", "expand", "hooks", "mandate", "mandate_data", "metadata", "off_session", "on_behalf_of",
        "payment_details", "payment_method", "payment_method_configuration",
        "payment_method_options", "payment_method_types", "radar_options", "receipt_email", "return_url", "setup_future_usage", "shipping",
        "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group", "use_stripe_sdk",
    ]);

    private static readonly FrozenSet<string> s_confirm = FrozenSet.ToFrozenSet(
    [
        "capture_method", "error_on_requires_action", "expand", "mandate", "mandate_data", "off_session", "payment_method",
        "payment_method_options",
        "payment_method_types", "radar_options", "receipt_email", "return_url", "setup_future_usage", "shipping", "use_stripe_sdk",
    ]);

    private static readonly FrozenSet<string> s_capture = FrozenSet.ToFrozenSet(
    [
        "amount_details", "amount_to_capture", "application_fee_amount", "expand", "final_capture", "hooks", "metadata", "payment_details",
        "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
    ]);

    private static readonly FrozenSet<string> s_cancel = FrozenSet.ToFrozenSet(["cancellation_reason", "expand"]);
    private static readonly FrozenSet<string> s_update = FrozenSet.ToFrozenSet(["customer", "description", "expand", "metadata"]);
    private static readonly FrozenSet<string> s_retrieve = FrozenSet.ToFrozenSet(["client_secret", "expand"]);

    public StripeResult Create(StripeCall call)
    {
        call.Form.AllowOnly(s_create);
        var method = Method(call.Form);
        var intent = Draft(call.Form, method);
        List<string> operations = [IntentOperations.Create];
        StripeResult? failure = null;
        if (call.Form.Flag("confirm"))
        {
            var step = IntentTransitions.Confirm(intent, method ?? throw NoMethod(), OffSession(call.Form), intent.Created);
            (intent, failure) = (step.Next, step.Failure);
            operations.Add(step.Operation!);
        }
        if (!state.Capacity.TryTake())
            return StripeResult.ServerError(state.Capacity.Refusal) with { IsStored = false };

        var result = call.Conclude(failure ?? StripeResult.Ok(intent));
        state.Ledger.Record(new JournalEntry
        {
            At = intent.Created,
            Operations = operations,
            Intent = intent,
            Answer = call.Stored(result),
        });
        // Visible before the key gives its answer back, so that whoever reads the id there finds the object.
        state.Intents.Add(intent);
        call.Complete(result);
        return result;
    }

    public StripeResult Retrieve(StripeCall call)
    {
        call.Form.AllowOnly(s_retrieve);
        return state.Read(call.Id) is { } intent ? StripeResult.Ok(intent) : Missing(call);
    }

    public StripeResult Update(StripeCall call)
    {
        call.Form.AllowOnly(s_update);
        var changes = call.Form.Metadata();
        return Change(call, (cell, intent, _) =>
        {
            var metadata = new Dictionary<string, string>(intent.Metadata);
            foreach (var (key, value) in changes)
            {
                if (value.Length == 0)
                    metadata.Remove(key);
                else
                    metadata[key] = value;
            }
            state.Intents.Index(cell, metadata.Except(intent.Metadata));
            var next = intent with
            {
                Metadata = metadata,
                Description = call.Form.Text("description") ?? intent.Description,
                Customer = call.Form.Text("customer") ?? intent.Customer,
            };
            return new IntentStep(next, IntentOperations.Update);
        });
    }

    public StripeResult Confirm(StripeCall call)
    {
        call.Form.AllowOnly(s_confirm);
        var given = Method(call.Form);
        var offSession = OffSession(call.Form);
        return Change(call, (_, intent, now) =>
        {
            var method = given ?? TestPaymentMethod.Find(intent.PaymentMethod) ?? throw NoMethod();
            CheckFits(method, intent.MethodTypes, intent.Currency, intent.CapturesManually);
            return IntentTransitions.Confirm(intent, method, offSession, now);
        });
    }

    public StripeResult Capture(StripeCall call)
    {
        call.Form.AllowOnly(s_capture);
        var amount = call.Form.Integer("amount_to_capture");
        if (amount <= 0)
            throw StripeForm.Refuse("Invalid positive integer", "amount_to_capture", "parameter_invalid_integer");
        return Change(call, (_, intent, now) => IntentTransitions.Capture(intent, amount, now));
    }

    public StripeResult Cancel(StripeCall call)
    {
        call.Form.AllowOnly(s_cancel);
        var reason = call.Form.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
        return Change(call, (_, intent, now) => IntentTransitions.Cancel(intent, reason, state.Options.AchCancelWindow, now));
    }

    private StripeResult Change(StripeCall call, Func<IntentCell, IntentRecord, DateTimeOffset, IntentStep> transition)
    {
        if (state.Intents.Find(call.Id) is not { } cell)
            return Missing(call);
        lock (cell)
        {
            var intent = state.Advance(cell);
            return state.Apply(call, cell, transition(cell, intent, state.Now));
        }
    }

    private IntentRecord Draft(StripeForm form, TestPaymentMethod? method)
    {
        form.Required("amount");
        var amount = form.Integer("amount")!.Value;
        if (amount < 1)
            throw StripeForm.Refuse("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        if (amount > MaxAmount)
            throw StripeForm.Refuse($"Amount must be no more than {MaxAmount}.", "amount", "amount_too_large");
        var currency = form.Required("currency").ToLowerInvariant();
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterLower))
            throw StripeForm.Refuse($"Invalid currency: {currency}.", "currency");
        var manual = form.OneOf("capture_method", "automatic", "automatic_async", "manual") == "manual";
        IReadOnlyList<string> types = form.List("payment_method_types") is { Count: > 0 } given ? given
            : currency == "usd" && !manual ? s_cardOrBank : s_card;
        if (method is not null)
            CheckFits(method, types, currency, manual);

        var now = state.Now;
        var metadata = form.Metadata();
        foreach (var empty in metadata.Where(entry => entry.Value.Length == 0).Select(entry => entry.Key).ToList())
            metadata.Remove(empty);
        return new IntentRecord
        {
            Id = NewId(),
            Amount = amount,
            Currency = currency,
            Status = method is null ? IntentStatus.RequiresPaymentMethod : IntentStatus.RequiresConfirmation,
            Created = now,
            StatusSince = now,
            CapturesManually = manual,
            PaymentMethod = method?.Id,
            MethodTypes = types,
            Customer = form.Text("customer"),
            Description = form.Text("description"),
            StatementDescriptorSuffix = form.Text("statement_descriptor_suffix"),
            Metadata = metadata,
        };
    }

    /// <summary>An id that is free; a seeded generator repeats those of an earlier run.</summary>
    private string NewId()
    {
        string id;
        do
            id = state.Ids.Next("pi_");
        while (state.Intents.Find(id) is not null);
        return id;
    }

    private static TestPaymentMethod? Method(StripeForm form)
    {
        if (form.Text("payment_method") is not { } id)
            return null;
        return TestPaymentMethod.Find(id) ?? throw new StripeRefusal(StripeResult.Missing("PaymentMethod", id, "payment_method"));
    }

    private static void CheckFits(TestPaymentMethod method, IReadOnlyList<string> types, string currency, bool manual)
    {
        if (method.Type == TestPaymentMethod.BankAccount && currency != "usd")
            throw StripeForm.Refuse("The currency of a us_bank_account payment must be usd.", "currency");
        if (method.Type == TestPaymentMethod.BankAccount && manual)
            throw StripeForm.Refuse("us_bank_account does not support capture_method manual.", "capture_method");
        if (!types.Contains(method.Type))
            throw StripeForm.Refuse($"The PaymentMethod provided ({method.Type}) is not allowed for this PaymentIntent. " +
                $"It accepts: {string.Join(", ", types)}.", "payment_method");
    }

    /// <summary><c>off_session</c> is a boolean, or one of two words that mean true.</summary>
    private static bool OffSession(StripeForm form) =>
        form.OneOf("off_session", "true", "false", "one_off", "recurring") is not (null or "false");

    private static StripeRefusal NoMethod() => StripeForm.Refuse(
        "You cannot confirm this PaymentIntent because it's missing a payment method.", "payment_method", StripeFailure.UnexpectedState);

    private static StripeResult Missing(StripeCall call) => StripeResult.Missing("payment_intent", call.Id, "intent");
}

using Payments.Grains.Payment;
using Payments.Grains.Ports;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Snapshot = Payments.Grains.Ports.PaymentIntentSnapshot;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentCreationTests
{
    private static readonly Cause[] NeverExecuted = [Cause.NotSent, Cause.RateLimited, Cause.Misconfigured];

    [Fact]
    public void Every_answer_to_a_create_has_its_result_in_every_situation()
    {
        // Only a create that is owed takes an answer; a late answer to one that is over changes nothing.
        var grid = Grid.Parse(Legend, Columns + """

            begin                     :  pr pr le le le |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created RequiresPaymentMethod : FL FL FL FL FL | .  .  .  . . | .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created RequiresConfirmation :  AR AR AR AR AR | .  .  .  . . | .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created RequiresAction    :  AR AR AR AR AR |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created Processing        :  AC AC AC AC AC |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created RequiresCapture   :  AU AU AU AU AU |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created Canceled          :  XX XX XX XX XX |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            created Succeeded         :  DN DN DN DN DN |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused                   :  FL FL FL FL FL |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with RequiresPaymentMethod : FL FL FL FL FL | . . .  . . | .  .  .  . | .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with RequiresConfirmation : AR AR AR AR AR | .  .  .  . . | .  .  .  . | .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with RequiresAction : AR AR AR AR AR |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with Processing   :  AC AC AC AC AC |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with RequiresCapture : AU AU AU AU AU | .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with Canceled     :  XX XX XX XX XX |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused with Succeeded    :  DN DN DN DN DN |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            never executed, first try :  PD un PD PD PD |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            never executed, later try :  PR PR un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            perhaps executed, first try : PR PR un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            perhaps executed, later try : PR PR un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            """);
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("created", (state, intent, now) => PaymentMachine.CreateAnswered(state, Success(intent), false, Sample.Policy, now))
                .Concat(ForIntents("refused with", (state, intent, now) => PaymentMachine.CreateAnswered(state, Refused(intent), false, Sample.Policy, now))))
        {
            ["begin"] = Input((state, now) => PaymentMachine.BeginCreate(state, Sample.Policy, now)),
            ["refused"] = Input((state, now) => PaymentMachine.CreateAnswered(state, Refused<Snapshot>(null), false, Sample.Policy, now)),
            ["never executed, first try"] = ForCauses(Lost(false), default, NeverExecuted),
            ["never executed, later try"] = ForCauses(Lost(true), default, NeverExecuted),
            ["perhaps executed, first try"] = ForCauses(Lost(false), default, [.. Enum.GetValues<Cause>().Except(NeverExecuted)]),
            ["perhaps executed, later try"] = ForCauses(Lost(true), default, [.. Enum.GetValues<Cause>().Except(NeverExecuted)]),
        };

        grid.Verify(Sample.Existing, inputs);

        static Func<PaymentState, Cause, Grains.Retry.Moment, PaymentState> Lost(bool before) =>
            (state, cause, now) => PaymentMachine.CreateAnswered(state, Unknown<Snapshot>(cause), before, Sample.Policy, now);
    }

    [Fact]
    public void Every_answer_to_the_look_up_before_a_new_key_has_its_result_in_every_situation()
    {
        var grid = Grid.Parse(Legend, Columns + """

            found RequiresPaymentMethod : FL FL FL FL FL |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found RequiresConfirmation : AR AR AR AR AR |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found RequiresAction      :  AR AR AR AR AR |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found Processing          :  AC AC AC AC AC |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found RequiresCapture     :  AU AU AU AU AU |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found Canceled            :  XX XX XX XX XX |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            found Succeeded           :  DN DN DN DN DN |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            none                      :   .  .  .  . nk |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            none, key forgotten       :  nk nk nk nk nk |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            none, given up            :  FL FL FL FL FL |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            refused                   :  un un un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            unknown                   :  un un un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            unknown, given up         :  un un un un un |  .  .  .  . . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            """);
        var forgotten = Sample.Policy.IdempotencyKeyLifetime;
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("found", (state, intent, now) => PaymentMachine.CreateLookedUp(state, Sent(state), Success<Snapshot?>(intent), Sample.Policy, now)))
        {
            ["none"] = Input(None),
            ["none, key forgotten"] = Input(None, forgotten),
            ["none, given up"] = Input(None, Sample.Policy.CreateGivenUpAfter),
            ["refused"] = Input((state, now) => PaymentMachine.CreateLookedUp(state, Sent(state), Refused<Snapshot?>(null), Sample.Policy, now)),
            ["unknown"] = ForCauses(Lost),
            ["unknown, given up"] = ForCauses(Lost, Sample.Policy.CreateGivenUpAfter),
        };

        grid.Verify(Sample.Existing, inputs);

        static PaymentState None(PaymentState state, Grains.Retry.Moment now) =>
            PaymentMachine.CreateLookedUp(state, Sent(state), Success<Snapshot?>(null), Sample.Policy, now);

        static PaymentState Lost(PaymentState state, Cause cause, Grains.Retry.Moment now) =>
            PaymentMachine.CreateLookedUp(state, Sent(state), Unknown<Snapshot?>(cause), Sample.Policy, now);
    }

    [Fact]
    public void That_a_look_up_found_none_is_worth_nothing_when_another_activation_has_tried_since()
    {
        var asked = Sample.Situations["PE"];
        var since = PaymentMachine.CreateAnswered(
            PaymentMachine.BeginCreate(PaymentMachine.CreateLookedUp(asked, Sent(asked), Success<Snapshot?>(null), Sample.Policy, Sample.Now), Sample.Policy, Sample.Now),
            Unknown<Snapshot>(Cause.ServerError), true, Sample.Policy, Sample.Now);
        Assert.Equal(2, since.Operation!.Attempt);

        Assert.Same(since, PaymentMachine.CreateLookedUp(since, asked.Operation!, Success<Snapshot?>(null), Sample.Policy, Sample.Now));
        var found = Success<Snapshot?>(Sample.IntentAs(PaymentIntentStatus.RequiresCapture));
        Assert.Equal(PaymentStatus.Authorized, PaymentMachine.CreateLookedUp(since, asked.Operation!, found, Sample.Policy, Sample.Now).Status);
    }

    [Fact]
    public void A_failed_look_up_says_nothing_about_the_key_of_the_create()
    {
        var state = Sample.Situations["PT"];
        foreach (var cause in Enum.GetValues<Cause>())
        {
            var after = PaymentMachine.CreateLookedUp(state, Sent(state), Unknown<Snapshot?>(cause), Sample.Policy, Sample.Now);
            Assert.Equal(state.Operation!.LastCause, after.Operation!.LastCause);
            Assert.Equal($"{cause}: lost", after.Audit[^1].Detail);
        }
    }

    [Fact]
    public void A_repeated_try_always_writes_so_that_another_activation_loses_its_compare_and_swap()
    {
        foreach (var name in new[] { "P0", "PT", "PE" })
        {
            var before = Sample.Situations[name];

            // At the very same instant as the first try, too.
            Assert.NotEqual(before, PaymentMachine.BeginCreate(before, Sample.Policy, Sample.At(Sample.Begun)));
        }
    }

    [Theory]
    [InlineData(false, false, PaymentMethodKind.Card, CreatePaymentOutcome.Accepted)]
    [InlineData(true, false, PaymentMethodKind.Card, CreatePaymentOutcome.Accepted)]
    [InlineData(false, true, PaymentMethodKind.BankAccount, CreatePaymentOutcome.Accepted)]
    [InlineData(false, false, PaymentMethodKind.BankAccount, CreatePaymentOutcome.ConsentRequired)]
    [InlineData(true, false, PaymentMethodKind.BankAccount, CreatePaymentOutcome.BankAccountIsSaleOnly)]
    [InlineData(true, true, PaymentMethodKind.BankAccount, CreatePaymentOutcome.BankAccountIsSaleOnly)]
    public void A_create_is_checked_against_its_payment_method(bool authorizeOnly, bool consent, PaymentMethodKind kind, CreatePaymentOutcome expected)
    {
        var method = kind == PaymentMethodKind.Card ? Sample.Card : Sample.Bank;
        var command = Sample.Create with
        {
            AuthorizeOnly = authorizeOnly,
            Consent = consent ? new BankDebitConsent(ConsentKind.Online, Sample.Created, "192.0.2.1", null) : null,
        };
        var before = new PaymentState();

        var (outcome, after) = PaymentMachine.Create(before, Sample.Id, command, method, Sample.Policy, Sample.Now);

        Assert.Equal(expected, outcome);
        if (expected == CreatePaymentOutcome.Accepted)
            Assert.Equal("INITIATED create* now", Change.Describe(before, after, Sample.Now));
        else
            Assert.Same(before, after);
    }

    [Fact]
    public void A_create_with_a_payment_method_that_is_not_the_merchants_leaves_no_trace()
    {
        var before = new PaymentState();

        var (outcome, after) = PaymentMachine.Create(before, Sample.Id, Sample.Create, method: null, Sample.Policy, Sample.Now);

        Assert.Equal(CreatePaymentOutcome.UnknownPaymentMethod, outcome);
        Assert.Same(before, after);
    }

    [Fact]
    public void The_create_keeps_every_field_of_the_command()
    {
        var consent = new BankDebitConsent(ConsentKind.Verbal, Sample.Created, null, null);
        var command = Sample.Create with
        {
            AuthorizeOnly = false, Consent = consent, Description = "d", StatementDescriptorSuffix = "S", Metadata = Sample.Create.Metadata.Add("orderId", "1"),
        };

        var state = PaymentMachine.Create(new PaymentState(), Sample.Id, command, Sample.Bank, Sample.Policy, Sample.Now).State;

        Assert.Equal(
            (Sample.Id, command.MerchantId, command.MerchantTransactionId, command.AmountMinor),
            (state.Id, state.MerchantId, state.MerchantTransactionId, state.AmountMinor));
        Assert.Equal(
            (command.CurrencyCode, false, consent, "d", "S"),
            (state.CurrencyCode, state.AuthorizeOnly, state.Consent, state.Description, state.StatementDescriptorSuffix));
        Assert.Equal((command.Source, command.Metadata, Sample.Bank, Sample.Now.Now), (state.Source, state.Metadata, state.Method, state.CreatedAt));
        Assert.Equal(("client-1", "created", "INITIATED"), (state.Audit[0].Actor, state.Audit[0].Event, state.Audit[0].Status));
    }

    [Fact]
    public void Five_creates_are_answered_and_the_sixth_is_not_in_every_situation()
    {
        foreach (var (name, situation) in Sample.Existing)
        {
            var state = situation;
            for (var attempt = 2; attempt <= 5; attempt++)
            {
                var (outcome, next) = PaymentMachine.Create(state, Sample.Id, Sample.Create, Sample.Card, Sample.Policy, Sample.Now);
                PaymentInvariants.Check(state, next, Sample.Now);
                Assert.Equal((name, CreatePaymentOutcome.Accepted, attempt), (name, outcome, next.CreateAttempts));
                Assert.Equal((state.Status, state.Operation, state.ProviderDueAt), (next.Status, next.Operation, next.ProviderDueAt));
                state = next;
            }

            var (sixth, unchanged) = PaymentMachine.Create(state, Sample.Id, Sample.Create, Sample.Card, Sample.Policy, Sample.Now);
            Assert.Equal((name, CreatePaymentOutcome.TooManyAttempts), (name, sixth));
            Assert.Same(state, unchanged);
        }
    }

    [Fact]
    public void A_create_with_an_id_of_another_merchant_learns_nothing_in_any_situation() => Assert.All(
        Sample.Existing.Values,
        state => Assert.Throws<ArgumentException>(() =>
            PaymentMachine.Create(state, Sample.Id, Sample.Create with { MerchantId = Sample.Stranger }, Sample.Card, Sample.Policy, Sample.Now)));

    [Fact]
    public void A_repeated_create_is_answered_although_its_payment_method_has_been_removed_since()
    {
        var (outcome, _) = PaymentMachine.Create(Sample.Situations["AU"], Sample.Id, Sample.Create, method: null, Sample.Policy, Sample.Now);

        Assert.Equal(CreatePaymentOutcome.Accepted, outcome);
    }
}

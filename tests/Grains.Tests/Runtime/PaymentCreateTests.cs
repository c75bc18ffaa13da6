using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;
using Answer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.PaymentIntentSnapshot>;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class PaymentCreateTests(TestSilo silo)
{
    private readonly CreatePayment command = Sample.Create with { MerchantId = Guid.NewGuid() };

    private Guid Id => PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);

    private TestIntent Provided => silo.Intents.Of(Id);

    [Theory]
    [InlineData(Intent.RequiresCapture, PaymentStatus.Authorized)]
    [InlineData(Intent.RequiresAction, PaymentStatus.AuthRequired)]
    [InlineData(Intent.Processing, PaymentStatus.Accepted)]
    [InlineData(Intent.Succeeded, PaymentStatus.Completed)]
    [InlineData(Intent.RequiresPaymentMethod, PaymentStatus.Failed)]
    public async Task A_create_is_answered_as_initiated_and_goes_on_by_itself(PaymentIntentStatus made, PaymentStatus expected)
    {
        Provided.CreatesAs = made;

        var answer = await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Status == expected);

        Assert.Equal((CreatePaymentOutcome.Accepted, PaymentStatus.Initiated), (answer.Outcome, answer.Payment!.Status));
        Assert.Equal((Id, "Create", $"{Id:N}-create-1"), (answer.Payment.Id, Provided.Calls, Provided.KeysOf(Verb.Create).Single()));
    }

    [Fact]
    public async Task Creates_of_the_same_transaction_at_once_make_one_intent_and_the_sixth_is_refused()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => silo.Payment(Id).CreateAsync(command))));
        await silo.UntilAsync(Id, state => state.Status == PaymentStatus.Authorized);

        Assert.Equal(5, answers.Count(answer => answer.Outcome == CreatePaymentOutcome.Accepted));
        Assert.Equal(15, answers.Count(answer => answer is { Outcome: CreatePaymentOutcome.TooManyAttempts, Payment: null }));
        Assert.Equal("Create", Provided.Calls);
    }

    [Fact]
    public async Task A_create_that_cannot_be_stored_is_an_error_and_the_provider_never_hears_of_it()
    {
        silo.Storage.FailNextWrites(silo.RowOf(Id), WriteFault.NotWritten);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(Id).CreateAsync(command));

        Assert.Null(await silo.Payment(Id).GetAsync(command.MerchantId));
        Assert.Equal("", Provided.Calls);
    }

    [Fact]
    public async Task While_the_provider_has_not_answered_the_payment_is_processing_and_cannot_be_cancelled()
    {
        var hold = Provided.HoldNext(Verb.Create);
        await silo.Payment(Id).CreateAsync(command);
        await hold.Arrived;

        Assert.Equal(PaymentStatus.Processing, (await silo.Payment(Id).GetAsync(command.MerchantId))!.Status);
        var cancelling = silo.Payment(Id).CancelAsync(Sample.CancelBy(command.MerchantId));
        Assert.False(cancelling.IsCompleted);
        hold.Release();

        // The cancel had to wait for the answer, and then there is something to cancel.
        Assert.Equal(CancelPaymentOutcome.Accepted, (await cancelling).Outcome);
        Assert.Equal("Create Cancel", Provided.Calls);
    }

    [Theory]
    [InlineData(ProviderUncertainty.Timeout)]
    [InlineData(ProviderUncertainty.ConnectionLost)]
    [InlineData(ProviderUncertainty.KeyInUse)]
    public async Task A_create_without_an_answer_cannot_be_cancelled_and_is_repeated_with_the_same_key(ProviderUncertainty cause)
    {
        Provided.Next(Verb.Create, () => new Answer.Unknown(cause, "lost"));
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Operation is { Failures: 1 });

        var cancel = await silo.Payment(Id).CancelAsync(Sample.CancelBy(command.MerchantId));
        await silo.WakeWhenDueAsync(Id);

        Assert.Equal((CancelPaymentOutcome.NotCancellable, (PaymentStatus?)PaymentStatus.Processing), (cancel.Outcome, cancel.Status));
        Assert.Equal(PaymentStatus.Authorized, silo.StateOf(Id).Status);
        Assert.Equal("Create Create", Provided.Calls);
        Assert.Single(Provided.KeysOf(Verb.Create).Distinct());
    }

    [Fact]
    public async Task A_create_that_never_left_is_pending_and_cancelled_without_the_provider()
    {
        Provided.Next(Verb.Create, () => new Answer.Unknown(ProviderUncertainty.NotSent, "refused connection"));
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Status == PaymentStatus.Pending);

        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(Id).CancelAsync(Sample.CancelBy(command.MerchantId))).Outcome);

        Assert.Equal((PaymentStatus.Cancelled, "Create"), (silo.StateOf(Id).Status, Provided.Calls));
        await silo.UntilAsync(Id, state => state.Outbox.IsEmpty);
        Assert.Single(silo.Sender.Of(command.MerchantId).All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_stored_500_the_intent_is_looked_for_before_a_new_key_is_used(bool madeAllTheSame)
    {
        Provided.Next(Verb.Create, () =>
        {
            if (madeAllTheSame)
                Provided.Become(PaymentIntentStatus.RequiresCapture);
            return new Answer.Unknown(ProviderUncertainty.ServerError, "500");
        });
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Operation is { Failures: 1 });

        await silo.WakeWhenDueAsync(Id);

        Assert.Equal(madeAllTheSame ? "Create Find" : "Create Find Create", Provided.Calls);
        Assert.Equal(PaymentStatus.Authorized, silo.StateOf(Id).Status);
        if (!madeAllTheSame)
            Assert.Equal([$"{Id:N}-create-1", $"{Id:N}-create-2"], Provided.KeysOf(Verb.Create));
    }

    [Fact]
    public async Task A_create_that_died_after_it_was_begun_is_repeated_with_its_key()
    {
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Status == PaymentStatus.Authorized);
        var other = Sample.Create with { MerchantId = Guid.NewGuid() };
        var id = PaymentIds.ForTransaction(other.MerchantId, other.MerchantTransactionId);
        var now = Sample.At(silo.Now);
        var dead = PaymentMachine.BeginCreate(PaymentMachine.Create(new PaymentState(), id, other, Sample.Card, Sample.Policy, now).State, Sample.Policy, now);
        silo.Storage.Put(silo.RowOf(id), dead);

        await silo.WakeAsync(id);
        Assert.Equal("", silo.Intents.Of(id).Calls);
        await silo.WakeWhenDueAsync(id);

        Assert.Equal([$"{id:N}-create-1"], silo.Intents.Of(id).KeysOf(Verb.Create));
        Assert.Equal(PaymentStatus.Authorized, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_try_that_never_left_concludes_nothing_when_another_activation_has_tried_meanwhile()
    {
        var hold = Provided.HoldNext(Verb.Create);
        Provided.Next(Verb.Create, () => new Answer.Unknown(ProviderUncertainty.NotSent, "refused connection"));
        await silo.Payment(Id).CreateAsync(command);
        await hold.Arrived;
        silo.Storage.Put(silo.RowOf(Id), PaymentMachine.BeginCreate(silo.StateOf(Id), Sample.Policy, Sample.At(silo.Now + TimeSpan.FromSeconds(9))));
        hold.Release();
        await silo.UntilAsync(Id, state => state.Operation is { Failures: 1 });

        // PENDING would let a cancel end it without the provider, while the other try may be charging the customer.
        Assert.Equal(PaymentStatus.Processing, silo.StateOf(Id).Status);
    }

    [Theory]
    [InlineData(CreatePaymentOutcome.UnknownPaymentMethod)]
    [InlineData(CreatePaymentOutcome.ConsentRequired)]
    [InlineData(CreatePaymentOutcome.BankAccountIsSaleOnly)]
    public async Task A_create_that_is_not_acceptable_leaves_nothing_behind(CreatePaymentOutcome expected)
    {
        var refused = expected switch
        {
            CreatePaymentOutcome.UnknownPaymentMethod => command with { PaymentMethodId = Guid.NewGuid() },
            CreatePaymentOutcome.ConsentRequired => command with { PaymentMethodId = Sample.Bank.Id, AuthorizeOnly = false },
            _ => command with { PaymentMethodId = Sample.Bank.Id },
        };

        var answer = await silo.Payment(Id).CreateAsync(refused);

        Assert.Equal((expected, null), (answer.Outcome, answer.Payment));
        Assert.False(silo.Storage.Has(silo.RowOf(Id)));
    }
}

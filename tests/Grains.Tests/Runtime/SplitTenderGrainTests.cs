using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Tests.Payment;
using Answer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.PaymentIntentSnapshot>;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

/// <summary>A split tender on the runtime: the calls of both cards, hints about either, and a crash between them.</summary>
[Collection(SharedSilo.Name)]
public sealed class SplitTenderGrainTests(TestSilo silo)
{
    private readonly CreatePayment command = SplitSample.Create with { MerchantId = Guid.NewGuid() };

    private Guid Id => PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);

    [Fact]
    public async Task Both_cards_are_held_before_either_is_captured()
    {
        var hold = Card(1).HoldNext(Verb.Create);

        await silo.Payment(Id).CreateAsync(command);
        await hold.Arrived;

        Assert.Equal("Create", Card(0).Calls);
        Assert.Equal(PaymentStatus.Processing, (await silo.Payment(Id).GetAsync(command.MerchantId))!.Status);
        hold.Release();
        var state = await silo.UntilAsync(Id, static state => state.Status == PaymentStatus.Completed);
        Assert.All((int[])[0, 1], index => Assert.Equal("Create Retrieve Capture", Card(index).Calls));
        Assert.Equal([SplitSample.First, SplitSample.Second], state.Allocations.Select(static allocation => allocation.Capture!.AmountMinor));
    }

    [Fact]
    public async Task A_hint_about_a_card_whose_create_has_no_answer_finds_that_card()
    {
        await CreateWithoutAnswerAsync(1);

        Assert.Equal(HintOutcome.Done, await HintAsync(Card(1).Id));

        await silo.UntilAsync(Id, static state => state.Status == PaymentStatus.Completed);
        Assert.Equal(1, Card(1).CountOf(Verb.Create));
    }

    [Fact]
    public async Task A_hint_about_the_other_card_is_not_taken_for_this_ones()
    {
        await CreateWithoutAnswerAsync(1);

        Assert.Equal(HintOutcome.Done, await HintAsync(Card(0).Id));
        Card(1).Current = null;
        Assert.Equal(HintOutcome.NotYet, await HintAsync("pi_of_nobody"));

        Assert.Equal(PaymentStatus.Processing, silo.StateOf(Id).Status);
    }

    [Fact]
    public async Task A_card_that_was_captured_while_the_other_one_failed_is_refunded_once()
    {
        Card(1).Next(Verb.Capture, () =>
        {
            Card(1).Become(Intent.Canceled);
            return new Answer.Refused("payment_intent_unexpected_state", "no", Card(1).Current);
        });

        await silo.Payment(Id).CreateAsync(command);
        var state = await silo.UntilAsync(Id, static state => state.Status == PaymentStatus.Failed);

        Assert.Equal(1, Card(0).CountOf(Verb.Refund));
        Assert.Equal($"{PaymentIds.ForAllocation(Id, 0):N}-refund-1", Card(0).KeysOf(Verb.Refund).Single());
        Assert.Equal([AllocationStatus.RolledBack, AllocationStatus.Canceled], state.ToView().Allocations.Select(static allocation => allocation.Status));
    }

    [Fact]
    public async Task Cancels_that_race_release_each_card_once()
    {
        Card(1).CreatesAs = Intent.RequiresAction;
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, static state => state.Status == PaymentStatus.AuthRequired);

        var cancel = Sample.CancelBy(command.MerchantId);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => silo.Payment(Id).CancelAsync(cancel))));
        await silo.UntilAsync(Id, static state => state.Status == PaymentStatus.Cancelled);

        Assert.Contains(answers, static answer => answer.Outcome == CancelPaymentOutcome.Accepted);
        Assert.All(answers, static answer => Assert.Contains(answer.Outcome, (CancelPaymentOutcome[])[CancelPaymentOutcome.Accepted, CancelPaymentOutcome.NotCancellable]));
        Assert.All((int[])[0, 1], index => Assert.Equal(1, Card(index).CountOf(Verb.Cancel)));
    }

    private TestIntent Card(int index) => silo.Intents.Of(PaymentIds.ForAllocation(Id, index));

    private async Task CreateWithoutAnswerAsync(int index)
    {
        Card(index).Next(Verb.Create, () =>
        {
            Card(index).Become(Intent.RequiresCapture);
            return new Answer.Unknown(ProviderUncertainty.Timeout, "lost");
        });
        await silo.Payment(Id).CreateAsync(command);
        await silo.UntilAsync(Id, state => state.Allocations[index].Operation is { Kind: ProviderOperationKind.Create, Failures: 1 });
    }

    private Task<HintOutcome> HintAsync(string intent) =>
        silo.Grains.GetGrain<IProviderHintGrain>(silo.RowOf(Id)).HintAsync(new ProviderHint(intent, intent, null));
}

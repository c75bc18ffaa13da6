using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;
using Payments.Grains.Tests.Payment;

namespace Payments.Grains.Tests.Walks;

/// <summary>One activation of the payment, as the grain is, without Orleans: it loads, asks the rules, persists, calls and records. It may die at
/// any moment, and another one may believe at the same time that it is the only one.</summary>
internal sealed class PaymentActivation
{
    private const int CallsPerTurnMax = 4;

    private readonly World world;
    private readonly SimulatedStripe stripe;
    private readonly SimulatedNetwork network;
    private readonly DurableState<PaymentState> durable;

    public PaymentActivation(World world, SimulatedRow<PaymentState> row, SimulatedStripe stripe, SimulatedNetwork network)
    {
        (this.world, this.stripe, this.network) = (world, stripe, network);
        durable = new DurableState<PaymentState>(row.Open(() => IsAlive));
    }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Turns are exclusive: nothing new begins while one is under way.</summary>
    public bool IsBusy { get; private set; }

    private Moment Moment => new(world.Now, 0.5);

    public void Die() => IsAlive = false;

    /// <summary>Begins a turn. What it throws is what its caller would see.</summary>
    public async Task<T> TurnAsync<T>(Func<Task<T>> turn)
    {
        IsBusy = true;
        try
        {
            return await turn();
        }
        finally
        {
            IsBusy = false;
        }
    }

    public Task<CreatePaymentOutcome> CreateAsync() =>
        durable.DecideAsync(state => Checked(state, (s, now) => PaymentMachine.Create(s, Sample.Id, Sample.Create, Sample.Card, Sample.Policy, now)));

    public async Task<CancelPaymentOutcome> CancelAsync(Guid merchant)
    {
        var decision = await durable.DecideAsync(state => Checked(state, (s, now) =>
        {
            var decided = PaymentMachine.Cancel(s, Sample.CancelBy(merchant), Sample.Policy, now);
            return (decided, decided.State);
        }));
        if (!decision.CallProvider)
            return decision.Outcome;

        var answer = await CallAsync("cancel", decision.State, stripe.Cancel);
        try
        {
            return await RecordInlineAsync(decision.State, answer);
        }
        catch (Exception error) when (error is IOException or Orleans.Storage.InconsistentStateException)
        {
            return answer is ProviderResult<PaymentIntentSnapshot>.Refused
                ? await RecordInlineAsync(decision.State, answer)
                : CancelPaymentOutcome.Accepted;
        }
    }

    private Task<CancelPaymentOutcome> RecordInlineAsync(PaymentState begun, ProviderResult<PaymentIntentSnapshot> answer) =>
        durable.DecideAsync(state => Checked(state, (s, now) => PaymentMachine.CancelAnsweredInline(s, begun.Operation!, answer, Sample.Policy, now)));

    public async Task<CapturePaymentOutcome> CaptureAsync(long amount)
    {
        var decision = await durable.DecideAsync(state => Checked(state, (s, now) =>
        {
            var decided = PaymentMachine.Capture(s, Sample.CaptureBy(Sample.Merchant) with { AmountMinor = amount }, Sample.Policy, now);
            return (decided, decided.State);
        }));
        if (!decision.CallProvider)
            return decision.Outcome;

        var begun = decision.State;
        var answer = await CallAsync("capture", begun, key => stripe.Capture(begun.Capture!.AmountMinor, key));
        try
        {
            return await RecordInlineAsync(begun, answer);
        }
        catch (Exception error) when (error is IOException or Orleans.Storage.InconsistentStateException)
        {
            return answer is ProviderResult<PaymentIntentSnapshot>.Refused ? await RecordInlineAsync(begun, answer) : CapturePaymentOutcome.Accepted;
        }

        Task<CapturePaymentOutcome> RecordInlineAsync(PaymentState begun, ProviderResult<PaymentIntentSnapshot> answer) => durable.DecideAsync(
            state => Checked(state, (s, now) => PaymentMachine.CaptureAnsweredInline(s, begun.Operation!, answer, Sample.Policy, now)));
    }

    public async Task<bool> WakeAsync()
    {
        await durable.RefreshIfUnsureAsync();
        var step = PaymentMachine.PlanAfterWake(durable.State, world.Now, Sample.Policy);
        if (step == ProviderStep.None)
        {
            await durable.RefreshAsync();
            step = PaymentMachine.PlanAfterWake(durable.State, world.Now, Sample.Policy);
        }

        for (var calls = 0; step != ProviderStep.None && calls < CallsPerTurnMax; calls++)
            step = await PerformAsync(step);
        return true;
    }

    /// <summary>A hint that the object may have moved, with whatever it claims.</summary>
    public async Task<HintStep> HintAsync(ProviderHint hint)
    {
        await durable.RefreshIfUnsureAsync();
        var step = PaymentMachine.PlanAfterHint(durable.State, hint);
        if (step is HintStep.NotYet or HintStep.NotMine)
        {
            await durable.RefreshAsync();
            step = PaymentMachine.PlanAfterHint(durable.State, hint);
        }

        switch (step)
        {
            case HintStep.ReadIntent or HintStep.AdoptIntent:
                if (await network.CallAsync("hinted read", () => IsAlive, stripe.Retrieve) is ProviderResult<PaymentIntentSnapshot>.Success intent)
                    await ApplyAsync((s, now) => PaymentMachine.IntentHinted(s, intent.Value, Sample.Policy, now));
                break;
            case HintStep.ReadRefund:
                var id = durable.State.Refund!.Id;
                if (await network.CallAsync("hinted refund read", () => IsAlive, () => stripe.RetrieveRefund(id)) is ProviderResult<RefundSnapshot>.Success refund)
                    await ApplyAsync((s, now) => PaymentMachine.RefundHinted(s, refund.Value, Sample.Policy, now));
                break;
            case HintStep.FindRefund:
                if (await network.CallAsync("hinted refund search", () => IsAlive, stripe.FindRefund) is ProviderResult<RefundSnapshot?>.Success { Value: { } found })
                    await ApplyAsync((s, now) => PaymentMachine.RefundHinted(s, found, Sample.Policy, now));
                break;
        }

        return step;
    }

    private async Task<ProviderStep> PerformAsync(ProviderStep step)
    {
        switch (step)
        {
            case ProviderStep.CreateIntent:
                var arrivedBefore = await durable.DecideAsync(state =>
                    Checked(state, (s, now) => (s.Status == PaymentStatus.Processing, PaymentMachine.BeginCreate(s, Sample.Policy, now))));
                var begun = durable.State;
                if (begun is not { Status: PaymentStatus.Processing, Operation.Kind: ProviderOperationKind.Create })
                    return ProviderStep.None;
                if (begun.Operation.KeyIsSpent(world.Now, Sample.Policy))
                    return ProviderStep.None;
                var created = await CallAsync("create", begun, key => stripe.Create(begun.AmountMinor, key));
                await ApplyAsync((s, now) => PaymentMachine.CreateAnswered(s, created, arrivedBefore || s != begun, Sample.Policy, now));
                return ProviderStep.None;

            case ProviderStep.FindIntent:
                var sought = durable.State.Operation!;
                var found = await network.CallAsync("find", () => IsAlive, stripe.Find);
                await ApplyAsync((s, now) => PaymentMachine.CreateLookedUp(s, sought, found, Sample.Policy, now));
                return Next(step, found);

            case ProviderStep.ReadIntent:
                var read = await network.CallAsync("read", () => IsAlive, stripe.Retrieve);
                await ApplyAsync((s, now) => PaymentMachine.IntentRead(s, read, Sample.Policy, now));
                return Next(step, read);

            case ProviderStep.CancelIntent:
                var cancel = durable.State;
                var cancelled = await CallAsync("cancel", cancel, stripe.Cancel);
                await ApplyAsync((s, now) => PaymentMachine.CancelAnswered(s, cancel.Operation!, cancelled, Sample.Policy, now));
                return ProviderStep.None;

            case ProviderStep.CaptureIntent:
                var capture = durable.State;
                var captured = await CallAsync("capture", capture, key => stripe.Capture(capture.Capture!.AmountMinor, key));
                await ApplyAsync((s, now) => PaymentMachine.CaptureAnswered(s, capture.Operation!, captured, Sample.Policy, now));
                return ProviderStep.None;

            case ProviderStep.FindRefund:
                var asked = durable.State.Operation!;
                var foundRefund = await network.CallAsync("find refund", () => IsAlive, stripe.FindRefund);
                await ApplyAsync((s, now) => PaymentMachine.RefundLookedUp(s, asked, foundRefund, Sample.Policy, now));
                return Next(step, foundRefund);

            case ProviderStep.Refund:
                var owed = durable.State;
                var refunded = await CallAsync("refund", owed, stripe.Refund);
                await ApplyAsync((s, now) => PaymentMachine.RefundAnswered(s, owed.Operation!, refunded, Sample.Policy, now));
                return ProviderStep.None;

            default:
                var refund = await network.CallAsync("read refund", () => IsAlive, () => stripe.RetrieveRefund(durable.State.Refund!.Id));
                await ApplyAsync((s, now) => PaymentMachine.RefundRead(s, refund, Sample.Policy, now));
                return ProviderStep.None;
        }
    }

    private ProviderStep Next<T>(ProviderStep lookup, ProviderResult<T> answer) =>
        answer is ProviderResult<T>.Success ? PaymentMachine.PlanAfterLookup(lookup, durable.State) : ProviderStep.None;

    private Task<ProviderResult<T>> CallAsync<T>(string what, PaymentState state, Func<string, ProviderResult<T>> atProvider)
    {
        var operation = state.Operation!;
        Assert.False(operation.LastCause == ProviderUncertainty.ServerError, "A key that replays a stored 500 is sent.");
        Assert.True(world.Now - operation.AttemptBegunAt < TimeSpan.FromHours(24), "A key that the provider has forgotten is sent.");
        var key = operation.KeyFor(state.Id);
        return network.CallAsync($"{what} {operation.Attempt}", () => IsAlive, () => atProvider(key));
    }

    private async Task ApplyAsync(Func<PaymentState, Moment, PaymentState> transition) =>
        await durable.DecideAsync(state => Checked(state, (s, now) => (true, transition(s, now))));

    private (T Decision, PaymentState State) Checked<T>(PaymentState before, Func<PaymentState, Moment, (T Decision, PaymentState State)> decide)
    {
        var moment = Moment;
        var decided = decide(before, moment);
        PaymentInvariants.Check(before, decided.State, moment);
        if (decided.State != before)
            world.Log($"{before.Status} -> {decided.State.Status} {decided.State.Operation?.Kind} {decided.State.Operation?.Attempt}");
        return decided;
    }
}

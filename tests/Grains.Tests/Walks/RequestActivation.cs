using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Tests.PaymentRequest;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.Walks;

/// <summary>One activation of the payment request, as the grain is, without Orleans.</summary>
internal sealed class RequestActivation
{
    private const int CallsPerTurnMax = 4;

    private readonly World world;
    private readonly SimulatedKlarna klarna;
    private readonly SimulatedNetwork network;
    private readonly DurableState<PaymentRequestState> durable;

    public RequestActivation(World world, SimulatedRow<PaymentRequestState> row, SimulatedKlarna klarna, SimulatedNetwork network)
    {
        (this.world, this.klarna, this.network) = (world, klarna, network);
        durable = new DurableState<PaymentRequestState>(row.Open(() => IsAlive));
    }

    public bool IsAlive { get; private set; } = true;

    public bool IsBusy { get; private set; }

    public void Die() => IsAlive = false;

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

    public async Task<bool> CreateAsync()
    {
        await ApplyAsync((s, now) => PaymentRequestMachine.Create(s, RequestSample.Id, RequestSample.Create, RequestSample.Policy, now));
        if (durable.State.Operation is { Kind: RequestOperationKind.Create })
            await RunAsync(RequestStep.Create);
        return true;
    }

    public async Task<(CancelPaymentRequestOutcome Outcome, PaymentRequestState State)> CancelAsync(Guid merchant)
    {
        var decision = await durable.DecideAsync(state =>
        {
            var decided = PaymentRequestMachine.Cancel(state, RequestSample.CancelBy(merchant), RequestSample.Policy, Moment);
            return (decided, Checked(state, decided.State));
        });
        if (decision.Outcome is { } outcome)
            return (outcome, durable.State);

        await RunAsync(decision.Step);
        return (durable.State.Status switch
        {
            PaymentRequestStatus.Canceled => CancelPaymentRequestOutcome.Canceled,
            var status when PaymentRequestMachine.IsFinal(status) => CancelPaymentRequestOutcome.AlreadyFinal,
            _ => CancelPaymentRequestOutcome.Failed,
        }, durable.State);
    }

    public async Task<bool> WakeAsync()
    {
        await durable.RefreshIfNothingIsDueAsync(world.Now);
        await RunAsync(PaymentRequestMachine.PlanAfterWake(durable.State, world.Now));
        return true;
    }

    private Moment Moment => new(world.Now, 0.5);

    private async Task RunAsync(RequestStep step)
    {
        var refused = false;
        for (var calls = 0; step != RequestStep.None && calls < CallsPerTurnMax; calls++)
        {
            // The budget of the turn is over.
            if (world.Unlucky(0.05))
                return;
            (step, refused) = await PerformAsync(step, refused);
        }
    }

    private async Task<(RequestStep Next, bool Refused)> PerformAsync(RequestStep step, bool refused)
    {
        switch (step)
        {
            case RequestStep.Create:
                await ApplyAsync((s, now) => PaymentRequestMachine.BeginCreate(s, RequestSample.Policy, now));
                if (durable.State is not { Operation: { } operation } begun)
                    return (RequestStep.None, false);
                var key = operation.KeyFor(begun.Id);
                var created = await network.CallAsync($"create {operation.Attempt}", () => IsAlive, () => klarna.Create(key));
                await ApplyAsync((s, now) => PaymentRequestMachine.CreateAnswered(s, created, RequestSample.Policy, now));
                return (PaymentRequestMachine.PlanAfter(step, durable.State, created is Result.Success), false);

            case RequestStep.Read:
                var id = durable.State.Klarna!.Id;
                var read = await network.CallAsync("read", () => IsAlive, () => klarna.Read(id));
                await ApplyAsync((s, now) => PaymentRequestMachine.ReadAnswered(s, read, refused, RequestSample.Policy, now));
                return (PaymentRequestMachine.PlanAfter(step, durable.State, read is Result.Success), false);

            default:
                var toCancel = durable.State.Klarna!.Id;
                var cancelled = await network.CallAsync("cancel", () => IsAlive, () => klarna.Cancel(toCancel));
                await ApplyAsync((s, now) => PaymentRequestMachine.CancelAnswered(s, cancelled, RequestSample.Policy, now));
                var nowRefused = cancelled is Result.Refused;
                return (PaymentRequestMachine.PlanAfter(step, durable.State, nowRefused), nowRefused);
        }
    }

    private async Task ApplyAsync(Func<PaymentRequestState, Moment, PaymentRequestState> transition) =>
        await durable.DecideAsync(state => (true, Checked(state, transition(state, Moment))));

    private PaymentRequestState Checked(PaymentRequestState before, PaymentRequestState after)
    {
        RequestSample.CheckInvariants(before, after, Moment);
        if (after != before)
            world.Log($"{before.Status} -> {after.Status} {after.Operation?.Kind} {after.Operation?.Attempt}");
        return after;
    }
}

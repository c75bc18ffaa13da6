using System.Threading.Channels;
using Payments.Chaos.Checking;
using Payments.Chaos.World;

namespace Payments.Chaos.Load;

/// <summary>Many clients of several merchants: each order is created, cancelled by one or more clients, and sometimes read, repeated and intruded upon.</summary>
/// <param name="upstreams">The silos.</param>
/// <param name="journal">Where every try is written down.</param>
/// <param name="clock">The run's clock.</param>
/// <param name="time">For waits.</param>
/// <param name="outside">What bank, customer and dashboard do.</param>
/// <param name="identities">The clients' tokens and keys.</param>
/// <param name="seed">Decides what every order is.</param>
internal sealed class Traffic(
    Upstreams upstreams, Journal journal, Clock clock, TimeProvider time, OutsideWorld outside, Identities identities, int seed) : IDisposable
{
    private const int PausesPerSecond = 10;
    private const int RefusalsMax = 3;
    private static readonly TimeSpan AuthorizationWait = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan RefusalWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AuthorizationPatience = TimeSpan.FromMinutes(3);
    private static readonly string[] NotYet = ["INITIATED", "PENDING", "PROCESSING"];

    private readonly CancellationTokenSource stop = new();

    /// <summary>Begins orders at a steady rate, as long as a client is free, until <see cref="Stop"/>; then finishes those that are begun.</summary>
    /// <param name="clients">Orders under way at the same time.</param>
    /// <param name="perSecond">Orders begun per second.</param>
    /// <param name="cancellationToken">Ends everything at once.</param>
    public async Task RunAsync(int clients, int perSecond, CancellationToken cancellationToken)
    {
        var numbers = Channel.CreateBounded<int>(new BoundedChannelOptions(Math.Max(1, perSecond / PausesPerSecond)) { SingleWriter = true });
        var workers = Enumerable.Range(0, clients).Select(_ => Task.Run(
            async () =>
            {
                await foreach (var number in numbers.Reader.ReadAllAsync(cancellationToken))
                    await LiveAsync(Plan.Draw(seed, number), cancellationToken);
            },
            cancellationToken)).ToArray();

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellationToken);
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1) / PausesPerSecond, time);
        var next = 0;
        try
        {
            for (var due = 0d; await ticks.WaitForNextTickAsync(either.Token);)
            {
                // What finds no free client is not made up for: a stall must not be followed by a flood of its own making.
                due += (double)perSecond / PausesPerSecond;
                for (; due >= 1 && numbers.Writer.TryWrite(next); due--)
                    next++;
                due = Math.Min(due, 1);
            }
        }
        catch (OperationCanceledException)
        {
            // No new orders from here on.
        }

        numbers.Writer.Complete();
        await Task.WhenAll(workers);
    }

    /// <summary>Begins no more orders.</summary>
    public void Stop() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private async Task LiveAsync(Plan plan, CancellationToken cancellationToken)
    {
        journal.Add(plan.Order);
        var owner = CallerOf(plan, identities.Of(plan, 0), 0);
        var create = Shopping.Create(plan, time.GetUtcNow()) with { Key = plan.UsesKeys ? $"{plan.Order.Reference}-create" : null };
        var created = await owner.AskAsync(create, cancellationToken);
        if (created is null || Shopping.Ids(created, plan.Order.Contract) is not { } ids)
        {
            journal.GiveUp(plan.Order);
            return;
        }

        journal.Name(plan.Order, ids.Id, ids.AllocationId);
        if (plan.Kind is PlanKind.BankDebit or PlanKind.LateBankDebit)
            outside.Debited(ids.Id);
        if (!plan.Hasty && !await WaitForAuthorizationAsync(plan, owner, ids.Id, cancellationToken))
            return;

        var meanwhile = MeanwhileAsync(plan, ids.Id, cancellationToken);
        var cancels = await Task.WhenAll(Enumerable.Range(0, plan.Racers).Select(racer => CancelAsync(plan, racer, ids.Id, cancellationToken)));
        await meanwhile;
        if (cancels.All(static answered => answered))
            journal.CountCancel();
        else
            journal.GiveUp(plan.Order);

        if (plan.ReadsAfterwards)
            await owner.AskAsync(Shopping.Read(plan.Order, ids.Id), cancellationToken);
        if (plan.RepeatsCancel)
            await owner.AskAsync(CancelOf(plan, 0, ids.Id, decisions: 0), cancellationToken);
    }

    /// <summary>What others do at the moment of the cancel.</summary>
    private async Task MeanwhileAsync(Plan plan, string id, CancellationToken cancellationToken)
    {
        if (plan.Intruder is not null)
        {
            var intruder = CallerOf(plan, identities.OfIntruder(plan), plan.Racers);
            await intruder.AskOnceAsync(Shopping.Read(plan.Order, id), cancellationToken);
            await intruder.AskOnceAsync(Shopping.Cancel(plan.Order, id, plan.Number), cancellationToken);
        }

        if (plan.Kind == PlanKind.CapturedCard)
            await outside.CaptureAsync(id, cancellationToken);
        else if (plan.Kind == PlanKind.PaidKlarna)
            await outside.CompleteAsync(id, cancellationToken);
    }

    private async Task<bool> WaitForAuthorizationAsync(Plan plan, Caller owner, string id, CancellationToken cancellationToken)
    {
        if (plan.Order.Contract == Contract.Payments)
        {
            var end = clock.Now + AuthorizationPatience;
            string? state;
            do
            {
                await owner.PauseAsync(AuthorizationWait, cancellationToken);
                state = (await owner.AskAsync(Shopping.Read(plan.Order, id), cancellationToken))?.StateShown(Contract.Payments);
            }
            while (clock.Now < end && (state is null || NotYet.Contains(state)));
            if (state is null || NotYet.Contains(state))
            {
                journal.GiveUp(plan.Order);
                return false;
            }
        }

        if (plan.Kind == PlanKind.LateBankDebit)
            await outside.CloseCancelWindowAsync(id, cancellationToken);
        return true;
    }

    /// <summary>Cancels until the contract has said yes, or a no that lasts.</summary>
    /// <returns>False when the client gave up.</returns>
    private async Task<bool> CancelAsync(Plan plan, int racer, string id, CancellationToken cancellationToken)
    {
        var caller = CallerOf(plan, identities.Of(plan, racer), racer);
        var end = clock.Now + AuthorizationPatience;
        var refusals = 0;
        for (var decisions = 0; ; decisions++)
        {
            if (await caller.AskAsync(CancelOf(plan, racer, id, decisions), cancellationToken) is not { } answer)
                return false;

            var isEarly = answer.Refusal(plan.Order.Contract)?.Contains(" PROCESSING ", StringComparison.Ordinal) == true && clock.Now < end;
            var isRefused = answer.Status == 422 && Answers.Text(answer.Body, "title") == "PAYMENT_ERROR" && refusals++ < RefusalsMax;
            if (!isEarly && !isRefused)
                return true;
            await caller.PauseAsync(isEarly ? AuthorizationWait : RefusalWait, cancellationToken);
        }
    }

    /// <summary>A cancel with its key. A client that was refused and tries again later decides anew, under another key; whoever only repeats keeps it.</summary>
    private static Ask CancelOf(Plan plan, int racer, string id, int decisions) => Shopping.Cancel(plan.Order, id, plan.Number + racer) with
    {
        Key = plan.UsesKeys && plan.Order.Contract == Contract.Payments ? $"{plan.Order.Reference}-cancel-{racer}-{decisions}" : null,
    };

    private Caller CallerOf(Plan plan, Identity identity, int racer) => new(upstreams, journal, clock, time, plan.Order, identity, plan.Seed + racer);
}

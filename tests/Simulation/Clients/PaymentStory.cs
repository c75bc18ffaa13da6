using Payments.Simulation.Engine;

namespace Payments.Simulation.Clients;

/// <summary>What a merchant does with one order that is paid by card or bank debit.</summary>
internal sealed class PaymentStory(Callers callers, Edge edge, PaymentOrder order, Guid stranger)
{
    private const int CreatesMax = 4;

    private readonly World world = callers.World;
    private int commands;

    public async Task RunAsync()
    {
        await callers.InsistAsync($"create {order.Id}", CreatesMax, async grains =>
        {
            var created = await edge.CreateAsync(grains, order);
            if (created.Outcome == CreatePaymentOutcome.Accepted)
                order.IsPromised = true;
            return created;
        });
        if (world.Chance(0.2))
            _ = IntrudeAsync();
        switch (world.Random.Next(20))
        {
            case < 12:
                await PauseAsync();
                await CancelAsync();
                break;
            case 12 or 13:
                await SettledAsync();
                await Task.WhenAll(CaptureAsync(), CancelAsync());
                break;
            case 14 or 15:
                await SettledAsync();
                await CaptureAsync();
                await PauseAsync();
                await RefundAsync();
                break;
            case 16:
                await SettledAsync();
                await RefundAsync();
                await CancelAsync();
                break;
            case 17:
                await callers.WaitAsync(TimeSpan.FromDays(1), TimeSpan.FromDays(8));
                await CancelAsync();
                break;
            case 18:
                await CancelAsync();
                await callers.WaitAsync(TimeSpan.FromMinutes(5), TimeSpan.FromDays(2));
                await CancelAsync();
                break;
            default:
                await SettledAsync();
                break;
        }
    }

    private Task PauseAsync() => world.Random.Next(4) switch
    {
        0 => Task.CompletedTask,
        1 => callers.WaitAsync(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)),
        _ => SettledAsync(),
    };

    /// <summary>Polls until the create has an answer.</summary>
    private async Task SettledAsync()
    {
        for (var polls = 0; polls < 8; polls++)
        {
            await callers.WaitAsync(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(20));
            var answer = await callers.CallAsync($"get {order.Id}", grains => edge.GetAsync(grains, order, order.MerchantId));
            if (answer.Value is { Status: not (PaymentStatus.Initiated or PaymentStatus.Pending or PaymentStatus.Processing) })
                return;
        }
    }

    private Task CancelAsync() => world.Random.Next(10) switch
    {
        0 or 1 or 2 => CancelOnceAsync(world.Chance(0.5) ? NewCommand() : null),
        3 or 4 => Task.WhenAll(Enumerable.Range(0, world.Random.Next(2, 6)).Select(_ => CancelOnceAsync(world.Chance(0.5) ? NewCommand() : null))),
        5 => CancelAgainAsync(NewCommand()),
        6 => CancelAgainAsync(null),
        7 or 8 => CancelUntilAcceptedAsync(),
        _ => CancelWithKeyAsync(),
    };

    private string NewCommand() => $"{order.Id:N}-{++commands}";

    private async Task CancelOnceAsync(string? commandId)
    {
        order.CancelsSent++;
        await callers.CallAsync($"cancel {order.Id} {commandId}", grains => CancelAtAsync(grains, commandId));
    }

    private async Task CancelAgainAsync(string? commandId)
    {
        order.CancelsSent++;
        await callers.InsistAsync($"cancel {order.Id} {commandId}", 4, grains => CancelAtAsync(grains, commandId));
    }

    /// <summary>Asks again whatever the answer was, as somebody does who was told that a payment is PROCESSING.</summary>
    private async Task CancelUntilAcceptedAsync()
    {
        for (var tries = 0; tries < 8 && order.CancelsAccepted.Count == 0; tries++)
        {
            await CancelOnceAsync(null);
            await callers.WaitAsync(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>The promise counts from when the edge has it, also if its answer gets lost.</summary>
    private async Task<CancelPaymentOutcome> CancelAtAsync(IGrainFactory grains, string? commandId)
    {
        var result = await edge.CancelAsync(grains, order, order.MerchantId, commandId);
        Promised(result.Outcome, order.IsPromised);
        return result.Outcome;
    }

    private async Task CancelWithKeyAsync()
    {
        order.CancelsSent++;
        var key = NewCommand();

        // What was answered before the create arrived is the answer that the key keeps.
        var mustBeFound = order.IsPromised;
        CancelPaymentOutcome? first = null;
        for (var repeats = 0; repeats < 3; repeats++)
        {
            var answer = await callers.InsistAsync($"cancel {order.Id} under {key}", 3, grains => edge.CancelAsync(grains, order, key, callers.NewId()));
            if (answer.Value is { } outcome)
            {
                Promised(outcome, mustBeFound);
                if (first is { } told && told != outcome)
                    order.Complaints.Add($"I5: under one key first {told}, then {outcome}");
                first ??= outcome;
            }

            await callers.WaitAsync(TimeSpan.Zero, TimeSpan.FromMinutes(1));
        }
    }

    private void Promised(CancelPaymentOutcome outcome, bool mustBeFound)
    {
        if (outcome == CancelPaymentOutcome.Accepted)
            order.CancelsAccepted.Add(world.Now);
        if (outcome == CancelPaymentOutcome.NotFound && mustBeFound)
            order.Complaints.Add("I5: created, and then not found");
    }

    private async Task CaptureAsync()
    {
        order.IsCaptureSent = true;
        long? amount = world.Chance(0.5) ? null : order.AmountMinor / 3;
        var command = NewCommand();
        await callers.InsistAsync($"capture {order.Id} {amount}", 3, async grains =>
        {
            var result = await Edge.CaptureAsync(grains, order, order.MerchantId, amount, command);
            order.IsCaptureAccepted |= result.Outcome == CapturePaymentOutcome.Accepted;
            return result.Outcome;
        });
    }

    private async Task RefundAsync()
    {
        for (var refunds = world.Random.Next(1, 4); refunds > 0; refunds--)
        {
            long? amount = world.Chance(0.3) ? null : order.AmountMinor / world.Random.Next(1, 4);
            var name = $"{order.TransactionId}-refund-{++order.RefundsSent}";
            await callers.InsistAsync($"refund {order.Id} {amount}", 3, async grains =>
            {
                var result = await Edge.RefundAsync(grains, order, order.MerchantId, name, amount);
                if (result is { Outcome: RefundPaymentOutcome.Accepted, Refund: { } refund })
                    order.RefundsAccepted.Add(refund.Id);
                return result.Outcome;
            });
        }
    }

    /// <summary>Another merchant tries its luck with the order's id.</summary>
    private async Task IntrudeAsync()
    {
        await callers.WaitAsync(TimeSpan.Zero, TimeSpan.FromMinutes(2));
        var seen = await callers.CallAsync($"foreign get {order.Id}", grains => edge.GetAsync(grains, order, stranger));
        var cancelled = await callers.CallAsync($"foreign cancel {order.Id}", grains => edge.CancelAsync(grains, order, stranger, NewCommand()));
        var captured = await callers.CallAsync($"foreign capture {order.Id}", grains => Edge.CaptureAsync(grains, order, stranger, null, null));
        var refunded = await callers.CallAsync(
            $"foreign refund {order.Id}", grains => Edge.RefundAsync(grains, order, stranger, $"foreign-{order.TransactionId}", null));
        if (seen.Value is not null
            || cancelled is { IsGiven: true, Value.Outcome: not CancelPaymentOutcome.NotFound }
            || captured is { IsGiven: true, Value.Outcome: not CapturePaymentOutcome.NotFound }
            || refunded is { IsGiven: true, Value.Outcome: not RefundPaymentOutcome.NotFound })
            order.Complaints.Add("I6: another merchant got further than NOT FOUND");
    }
}

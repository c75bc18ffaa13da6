using Payments.Simulation.Engine;

namespace Payments.Simulation.Clients;

/// <summary>What a merchant does with one order that is paid by Klarna.</summary>
internal sealed class KlarnaStory(Callers callers, KlarnaOrder order, Guid stranger)
{
    private readonly World world = callers.World;

    public async Task RunAsync()
    {
        // Not repeated: every create is a request of its own.
        var created = await callers.CallAsync("create payment request", grains => Edge.CreateAsync(grains, order));
        if (!created.IsGiven)
            return;
        order.Id = created.Value!.Request.Id;
        order.IsPromised = true;
        if (world.Chance(0.2))
            await IntrudeAsync();

        await callers.WaitAsync(TimeSpan.Zero, world.Pick(TimeSpan.FromSeconds(10), TimeSpan.FromHours(5)));
        if (world.Chance(0.4))
            await Task.WhenAll(Enumerable.Range(0, world.Random.Next(2, 5)).Select(number => CancelAsync(1, $"race-{number}")));
        else if (world.Chance(0.9))
            await CancelAsync(world.Random.Next(1, 4), world.Chance(0.5) ? "once" : null);
        if (world.Chance(0.5))
            await RefundAsync();
    }

    /// <summary>Refunds what was paid, if it was; each is asked for until it has an answer, as a caller under an idempotency key does.</summary>
    private async Task RefundAsync()
    {
        for (var number = world.Random.Next(1, 4); number > 0; number--)
        {
            var (command, amount) = ($"refund-{number}", Math.Max(1, order.AmountMinor / world.Random.Next(1, 4)));
            order.Refunds[command] = false;
            await callers.InsistAsync($"refund {amount} of request {order.Id}", 3, async grains =>
            {
                var result = await Edge.RefundAsync(grains, order, order.MerchantId, amount, command);
                order.Refunds[command] |= result.Outcome == RefundPayhubPaymentOutcome.Succeeded;
                return result.Outcome;
            });
        }
    }

    private async Task CancelAsync(int triesMax, string? commandId)
    {
        order.CancelsSent++;
        await callers.InsistAsync($"cancel request {order.Id} {commandId}", triesMax, async grains =>
        {
            var outcome = await Edge.CancelAsync(grains, order, order.MerchantId, commandId);
            if (outcome == CancelPaymentRequestOutcome.Canceled)
                order.CancelsAccepted.Add(world.Now);
            if (outcome is CancelPaymentRequestOutcome.NotFound or CancelPaymentRequestOutcome.ForeignMerchant)
                order.Complaints.Add($"I5: created, and then {outcome}");
            return outcome;
        });
    }

    private async Task IntrudeAsync()
    {
        var answer = await callers.CallAsync($"foreign cancel of request {order.Id}", grains => Edge.CancelAsync(grains, order, stranger, null));
        if (answer is { IsGiven: true, Value: not CancelPaymentRequestOutcome.ForeignMerchant })
            order.Complaints.Add($"I6: another merchant's cancel was answered {answer.Value}");
        var refund = await callers.CallAsync($"foreign refund of request {order.Id}", grains => Edge.RefundAsync(grains, order, stranger, 1, "foreign"));
        if (refund is { IsGiven: true, Value.Outcome: not RefundPayhubPaymentOutcome.ForeignMerchant })
            order.Complaints.Add($"I6: another merchant's refund was answered {refund.Value!.Outcome}");
    }
}

using System.Text;
using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Running;

namespace Payments.Simulation.Merchants;

/// <summary>The way from a silo to the merchants' endpoints and back.</summary>
internal sealed class WebhookWire(World world, SimulatedMerchants merchants, FaultPlan faults, Defects defects) : IWebhookSender
{
    private static readonly TimeSpan TravelMax = TimeSpan.FromMilliseconds(200);

    public Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint, WebhookMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var merchant = merchants.All.Single(candidate => candidate.Endpoint == endpoint);
        var body = Encoding.UTF8.GetString(message.Body.Span);
        var (there, attempt, isTaken) = Fate(merchant, timeout);
        var answered = new TaskCompletionSource<WebhookAttempt>();
        if (defects.HasFlag(Defects.SenderSwallows) && world.Chance(0.3))
            (attempt, isTaken) = (Status(200), null);
        if (defects.HasFlag(Defects.SenderReorders) && world.Chance(0.3))
            there += TimeSpan.FromMinutes(2);
        if (isTaken is { } taken)
        {
            world.After(there, () =>
            {
                merchant.Receptions.Add(new Reception(world.Now, message.Id, body, taken));
                world.Trace?.Write(world, merchant, $"gets {message.Id}, {(taken ? "takes" : "does not take")} it: {body}");
            });
        }

        var back = attempt.Error == "timeout" ? timeout : world.Between(TimeSpan.Zero, TravelMax) + (there < TravelMax ? there : TravelMax);
        world.After(back, () => answered.SetResult(attempt));
        return answered.Task;
    }

    /// <summary>What becomes of one attempt.</summary>
    /// <returns>How long it takes there, what the sender hears, and whether the merchant takes it; null when it never arrives.</returns>
    private (TimeSpan There, WebhookAttempt Attempt, bool? IsTaken) Fate(SimulatedMerchant merchant, TimeSpan timeout)
    {
        var there = world.Between(TimeSpan.FromMilliseconds(1), TravelMax);
        var hasChanged = world.Elapsed >= merchant.ChangesAt;
        if (faults.Hit(Fault.MerchantHangs, 0.4) || (merchant.Temper == Temper.Hangs && !hasChanged && Counted(Fault.MerchantHangs)))
            return (there, new WebhookAttempt(null, null, "timeout"), world.Chance(0.5) ? world.Chance(0.5) : null);
        if (merchant.Temper == Temper.Dead || (merchant.Temper == Temper.Fails && !hasChanged) || faults.Strikes(Fault.MerchantFails, 0.5))
        {
            Counted(Fault.MerchantFails);
            return world.Pick(0, 1, 2) switch
            {
                0 => (there, Status(500), false),
                1 => (there, Status(503) with { RetryAfter = world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(2)) }, false),
                _ => (there, new WebhookAttempt(null, null, "connection_refused"), null),
            };
        }

        if (merchant.Temper == Temper.Gone && hasChanged && Counted(Fault.MerchantGone))
            return (there, Status(410), false);
        return faults.Hit(Fault.MerchantAnswerLost, 0.5)
            ? (there, new WebhookAttempt(null, null, "connection_lost"), true)
            : (there, Status(world.Pick(200, 202, 204)), true);
    }

    private bool Counted(Fault fault)
    {
        faults.Count(fault);
        return true;
    }

    private static WebhookAttempt Status(int code) => new(code, null, null);
}

using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Providers;

namespace Payments.Simulation.Clients;

/// <summary>Pushes the providers' events, as they do: at least once, in any order, and repeated while nobody takes them. Some never come.</summary>
internal sealed class EventCourier(Callers callers, FaultPlan faults)
{
    private const int TriesMax = 5;

    private readonly World world = callers.World;
    private int events;

    public void Push(StripeIntent intent, string subject, string claim)
    {
        var type = subject == intent.Id ? "payment_intent.changed" : "refund.updated";
        Push(new ProviderEvent(
            ProviderNames.Stripe, $"evt_{++events}", type, world.Now, intent.Id, subject, claim, world.Chance(0.7) ? $"{intent.PaymentId:D}" : null));
    }

    public void Push(KlarnaRequest request) => Push(new ProviderEvent(
        ProviderNames.Klarna, $"evt_{++events}", "payment.request.state-change", world.Now, request.Id, request.Id, $"{request.State}",
        world.Chance(0.7) ? $"{request.Owner}" : null));

    private void Push(ProviderEvent news)
    {
        if (faults.Hit(Fault.EventLost, 2))
            return;
        if (faults.Hit(Fault.EventDuplicated))
            Deliver(news, TimeSpan.FromMinutes(10));
        Deliver(news, faults.Hit(Fault.EventReordered) ? TimeSpan.FromHours(2) : TimeSpan.FromSeconds(3));
    }

    private void Deliver(ProviderEvent news, TimeSpan delayMax) =>
        world.After(world.Between(TimeSpan.FromMilliseconds(20), delayMax), () => callers.Machine.Begin(() => DeliverAsync(news)));

    private async Task DeliverAsync(ProviderEvent news)
    {
        var wait = TimeSpan.FromMinutes(1);
        for (var tries = 1; tries <= TriesMax; tries++)
        {
            var answer = await callers.CallAsync(
                $"event {news.EventId}: {news.SubjectId} {news.Claim}", grains => grains.GetGrain<IProviderEventGrain>(news.Key).ReceiveAsync(news));
            if (answer.IsGiven)
                return;
            await callers.WaitAsync(wait);
            wait *= 5;
        }
    }
}

using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Simulation.Providers;

/// <summary>What customers, banks and time do to intents and refunds, whoever asks for what.</summary>
internal static class IntentLife
{
    private static readonly TimeSpan HoldLifetime = TimeSpan.FromDays(7);

    /// <summary>A new intent: what its payment method makes of it, at once and later.</summary>
    public static void Begin(World world, SimulatedStripe stripe, StripeIntent intent, string key, bool declined)
    {
        var method = intent.Created.Method.ProviderReference;
        if (declined || method == PaymentMethods.Declined)
        {
            stripe.Become(intent, Intent.RequiresPaymentMethod, "declined", key);
        }
        else if (method == PaymentMethods.Challenge)
        {
            stripe.Become(intent, Intent.RequiresAction, "create", key);
            world.After(world.Between(TimeSpan.FromSeconds(20), TimeSpan.FromDays(3)), () => Answer(world, stripe, intent));
        }
        else if (method == PaymentMethods.BankAccount)
        {
            intent.StoppableUntil = world.Chance(0.4) ? world.Elapsed + TimeSpan.FromHours(1) : TimeSpan.Zero;
            stripe.Become(intent, Intent.Processing, "create", key);
            world.After(world.Between(TimeSpan.FromHours(12), TimeSpan.FromDays(4)), () => Settle(world, stripe, intent));
        }
        else
        {
            Pass(world, stripe, intent, "create", key);
        }
    }

    /// <summary>A new refund.</summary>
    public static void Begin(World world, SimulatedStripe stripe, StripeIntent intent, StripeRefund refund)
    {
        refund.Status = world.Chance(0.6) ? RefundStatus.Succeeded : RefundStatus.Pending;
        stripe.Changed(intent, refund.Id, refund.Status.ToString());
        if (refund.Status == RefundStatus.Pending)
        {
            world.After(world.Between(TimeSpan.FromMinutes(1), TimeSpan.FromDays(9)), () =>
            {
                refund.Status = world.Chance(0.85) ? RefundStatus.Succeeded : RefundStatus.Failed;
                stripe.Changed(intent, refund.Id, refund.Status.ToString());
            });
        }
    }

    private static void Answer(World world, SimulatedStripe stripe, StripeIntent intent)
    {
        if (intent.Status != Intent.RequiresAction)
            return;
        if (world.Chance(0.8))
            Pass(world, stripe, intent, "challenge_passed", null);
        else
            stripe.Become(intent, Intent.RequiresPaymentMethod, "challenge_failed", null);
    }

    private static void Settle(World world, SimulatedStripe stripe, StripeIntent intent)
    {
        if (intent.Status != Intent.Processing)
            return;
        if (world.Chance(0.85))
            stripe.Take(intent, intent.Created.AmountMinor, "settled", null);
        else
            stripe.Become(intent, Intent.RequiresPaymentMethod, "returned", null);
    }

    private static void Pass(World world, SimulatedStripe stripe, StripeIntent intent, string deed, string? key)
    {
        if (!intent.Created.AuthorizeOnly)
        {
            stripe.Take(intent, intent.Created.AmountMinor, deed, key);
            return;
        }

        stripe.Become(intent, Intent.RequiresCapture, deed, key);
        world.After(HoldLifetime, () =>
        {
            if (intent.Status == Intent.RequiresCapture)
                stripe.Become(intent, Intent.Canceled, "hold_expired", null);
        });
    }
}

using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;

namespace Payments.Simulation.Providers;

/// <summary>The way from one silo to a provider and back, with everything that can happen on it. What was sent arrives although its sender died.</summary>
internal sealed class ProviderWire(World world, Machine machine, FaultPlan faults, string provider)
{
    /// <summary>No network keeps a request for longer.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(2);

    /// <summary>Until when the provider answers nobody.</summary>
    public Func<bool> IsDown { get; init; } = static () => false;

    /// <summary>Makes a call.</summary>
    /// <param name="what">For the trace.</param>
    /// <param name="key">Its idempotency key, or null for one that has none.</param>
    /// <param name="deadline">When its caller gives up.</param>
    /// <param name="atProvider">What the provider does with it.</param>
    public Task<ProviderResult<T>> CallAsync<T>(string what, string? key, TimeSpan deadline, Func<ProviderResult<T>> atProvider)
    {
        var call = new Call<T>(this, $"{what} {key}", deadline, atProvider);
        if (IsDown())
        {
            faults.Count(Fault.ProviderOutage);
            return call.Unknown(world.Pick(ProviderUncertainty.NotSent, ProviderUncertainty.Timeout, ProviderUncertainty.ConnectionLost));
        }

        if (faults.Hit(Fault.ProviderNotSent, 0.5))
            return call.Unknown(ProviderUncertainty.NotSent);
        if (faults.Hit(Fault.ProviderRateLimited, 0.5))
            return call.Unknown(ProviderUncertainty.RateLimited);
        if (key is not null && faults.Hit(Fault.ProviderKeyInUse, 0.4))
            return call.Unknown(ProviderUncertainty.KeyInUse);
        if (faults.Hit(Fault.ProviderTimeoutBeforeCommit, 0.6))
            return call.Unknown(ProviderUncertainty.Timeout);
        if (faults.Hit(Fault.ProviderTimeoutAfterCommit, 0.6))
            return call.Arriving(Travel()).Unknown(ProviderUncertainty.Timeout);
        if (faults.Hit(Fault.ProviderLateArrival, 0.4))
            return call.Arriving(world.Between(deadline, LostAfter)).Unknown(ProviderUncertainty.Timeout);
        if (faults.Hit(Fault.ProviderConnectionLost, 0.5))
            return (world.Chance(0.5) ? call.Arriving(Travel()) : call).Unknown(ProviderUncertainty.ConnectionLost);
        if (faults.Hit(Fault.ProviderRequestDuplicated, 0.4))
            call.Arriving(world.Between(TimeSpan.Zero, LostAfter));
        return call.Answered(Travel(), Travel());
    }

    private TimeSpan Travel() => world.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(world.Chance(0.05) ? 3000 : 300));

    private sealed class Call<T>(ProviderWire wire, string what, TimeSpan deadline, Func<ProviderResult<T>> atProvider)
    {
        private readonly World world = wire.Owner;
        private readonly TaskCompletionSource<ProviderResult<T>> answer = new();

        /// <summary>It will arrive, whether or not anybody still waits.</summary>
        public Call<T> Arriving(TimeSpan delay)
        {
            world.After(delay, () => Arrive());
            return this;
        }

        public Task<ProviderResult<T>> Unknown(ProviderUncertainty cause)
        {
            world.Trace?.Write(world, wire.Sender, $"{wire.Provider}: {what}: {cause}");
            TimeSpan? wish = cause == ProviderUncertainty.RateLimited && world.Chance(0.3) ? TimeSpan.FromSeconds(2) : null;
            world.After(
                cause == ProviderUncertainty.Timeout ? deadline : wire.Travel(),
                () => answer.TrySetResult(new ProviderResult<T>.Unknown(cause, "simulated", wish)));
            return answer.Task;
        }

        public Task<ProviderResult<T>> Answered(TimeSpan there, TimeSpan back)
        {
            var patience = there + back < deadline
                ? null
                : world.After(deadline, () => answer.TrySetResult(new ProviderResult<T>.Unknown(ProviderUncertainty.Timeout, "slow")));
            world.After(there, () =>
            {
                var result = Arrive();
                world.After(back, () =>
                {
                    patience?.CallOff();
                    answer.TrySetResult(result);
                });
            });
            return answer.Task;
        }

        private ProviderResult<T> Arrive()
        {
            var result = atProvider();
            world.Trace?.Write(world, wire.Provider, $"{what} of {wire.Sender}: {result}");
            return result;
        }
    }

    private World Owner => world;

    private Machine Sender => machine;

    private string Provider => provider;
}

using Payments.Grains.Ports;

namespace Payments.Grains.Tests.Walks;

/// <summary>What can happen to a call on its way: nothing leaves, it arrives late, its answer is lost, the caller gives up first.</summary>
internal sealed class SimulatedNetwork(World world)
{
    /// <summary>A request that has not arrived after this long never does; no network keeps one for hours.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(2);

    /// <summary>Makes a call. A caller that died hears nothing, but its request may still arrive.</summary>
    public Task<ProviderResult<T>> CallAsync<T>(string what, Func<bool> alive, Func<ProviderResult<T>> atProvider)
    {
        if (world.Unlucky(0.08))
            return Answer<T>(what, alive, ProviderUncertainty.NotSent, atProvider: null);
        if (world.Unlucky(0.05))
            return Answer<T>(what, alive, ProviderUncertainty.RateLimited, atProvider: null);
        if (world.Unlucky(0.05))
            return Answer<T>(what, alive, ProviderUncertainty.KeyInUse, atProvider: null);
        if (world.Unlucky(0.15))
            return Answer(what, alive, world.Pick(ProviderUncertainty.Timeout, ProviderUncertainty.ConnectionLost), atProvider);

        var answered = new TaskCompletionSource<ProviderResult<T>>();
        var sentAt = world.Now;
        world.Later(() =>
        {
            var answer = Arrive(what, sentAt, atProvider);
            world.Later(() =>
            {
                if (alive())
                    answered.SetResult(answer ?? new ProviderResult<T>.Unknown(ProviderUncertainty.Timeout, "never arrived"));
            });
        });
        return answered.Task;
    }

    private Task<ProviderResult<T>> Answer<T>(string what, Func<bool> alive, ProviderUncertainty cause, Func<ProviderResult<T>>? atProvider)
    {
        var sentAt = world.Now;
        if (atProvider is not null && world.Random.Next(3) > 0)
            world.Later(() => Arrive(what, sentAt, atProvider));
        world.Log($"{what}: {cause}");
        return world.LaterAsync<ProviderResult<T>>(alive, () => new ProviderResult<T>.Unknown(cause, "lost"));
    }

    private ProviderResult<T>? Arrive<T>(string what, DateTimeOffset sentAt, Func<ProviderResult<T>> atProvider)
    {
        if (world.Now - sentAt > LostAfter)
            return null;

        var answer = atProvider();
        world.Log($"{what}: {answer}");
        return answer;
    }
}

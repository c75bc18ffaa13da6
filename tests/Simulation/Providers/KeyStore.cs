using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Running;

namespace Payments.Simulation.Providers;

/// <summary>A provider's memory of idempotency keys: every answer is stored under its key, errors included, replayed as it was, and forgotten after a
/// day (api-facts §3.2).</summary>
internal sealed class KeyStore(World world, FaultPlan faults, Defects defects)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly Dictionary<string, (TimeSpan At, object Answer)> stored = [];
    private readonly Dictionary<string, TimeSpan> firstUse = [];

    /// <summary>Carries a request out, or replays its answer.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="scope">What the keys belong to: one payment.</param>
    /// <param name="execute">What the request does.</param>
    public ProviderResult<T> Once<T>(string key, string scope, Func<ProviderResult<T>> execute)
    {
        if (firstUse.TryAdd(scope, world.Elapsed) is false && world.Elapsed - firstUse[scope] >= Lifetime)
            faults.Count(Fault.ProviderKeyForgotten);
        if (!defects.HasFlag(Defects.ProviderIgnoresKeys) && stored.TryGetValue(key, out var before) && world.Elapsed - before.At < Lifetime)
        {
            if (before.Answer is ProviderResult<T>.Unknown)
                faults.Count(Fault.ProviderServerErrorReplayed);
            return (ProviderResult<T>)before.Answer;
        }

        var answer = Execute(execute);
        stored[key] = (world.Elapsed, answer);
        return answer;
    }

    private ProviderResult<T> Execute<T>(Func<ProviderResult<T>> execute)
    {
        var error = new ProviderResult<T>.Unknown(ProviderUncertainty.ServerError, "500");
        if (faults.Hit(Fault.ProviderServerErrorBeforeCommit, 0.4))
            return error;
        var answer = execute();
        return faults.Hit(Fault.ProviderServerErrorAfterCommit, 0.4) ? error : answer;
    }
}

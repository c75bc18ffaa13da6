using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>Looks for idle activations once in every collection quantum.</summary>
internal sealed class IdleCollector(
    Catalog catalog,
    IOptions<GrainCollectionOptions> options,
    [FromKeyedServices(TimeProviderNames.ActivationManagement)] TimeProvider clock) : IDisposable
{
    private ITimer? _timer;

    public void Start()
    {
        if (options.Value.CollectionAge == Timeout.InfiniteTimeSpan)
            return;
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(_ => Collect(), null, options.Value.CollectionQuantum, options.Value.CollectionQuantum);
    }

    public void Dispose() => _timer?.Dispose();

    private void Collect()
    {
        foreach (var activation in catalog.Activations)
            activation.DeactivateIfIdle(options.Value.CollectionAge);
    }
}

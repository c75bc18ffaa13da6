using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>The silo as a hosted service: runs the lifecycle of everything that takes part in it.</summary>
internal sealed partial class Silo(
    IServiceProvider services, Catalog catalog, GrainMessenger messenger, IdleCollector collector, ILogger<Silo> logger) : IHostedService
{
    private readonly LifecycleSubject _lifecycle = new();
    private readonly TurnQueue _turns = new(catalog.Dispatcher, context: null);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var validator in services.GetServices<IConfigurationValidator>())
            validator.ValidateConfiguration();

        _lifecycle.Subscribe<Silo>(ServiceLifecycleStage.RuntimeInitialize, _ => Task.CompletedTask, _ => Do(messenger.Stop));
        _lifecycle.Subscribe<Silo>(ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, catalog.CloseAsync);
        _lifecycle.Subscribe<Silo>(ServiceLifecycleStage.BecomeActive, _ => Do(catalog.Open));
        _lifecycle.Subscribe<Silo>(ServiceLifecycleStage.Active, _ => Do(collector.Start), _ => Do(collector.Dispose));
        foreach (var participant in services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(_lifecycle);
        return _turns.RunAsync(() => _lifecycle.StartAsync(cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _turns.RunAsync(() => _lifecycle.StopAsync(exception => LogStopError(logger, exception), cancellationToken));

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping the silo encountered an error. Continuing to stop.")]
    private static partial void LogStopError(ILogger logger, Exception exception);
}

/// <summary>Refuses configurations before the silo starts.</summary>
internal interface IConfigurationValidator
{
    void ValidateConfiguration();
}

namespace Payments.Silo.Shutdown;

/// <summary>
/// The first step of a stop: readiness turns false while everything still works. The host then stops the web server, which lets requests in flight
/// end; the webhook dispatcher; and last the silo, whose grains finish their turns and are handed over to other silos.
/// </summary>
internal sealed partial class Draining(ShutdownSettings settings, TimeProvider time, ILogger<Draining> logger) : IHostedLifecycleService
{
    /// <summary>Whether this process has begun to stop.</summary>
    public bool HasBegun { get; private set; }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        if (settings.ReadinessDelay is not { } delay || delay <= TimeSpan.Zero)
            return;

        LogDraining(logger, delay);
        try
        {
            await Task.Delay(delay, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Whoever stops the process will not wait: go on at once.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: unready from now on, and stopping in {Delay}.")]
    private static partial void LogDraining(ILogger logger, TimeSpan delay);
}

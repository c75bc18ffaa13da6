using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Payments.Storage;

/// <summary>Migrates before any hosted service starts, the silo included, and commits what is queued after all of them have stopped.</summary>
internal sealed partial class StorageStartup(
    StorageOptions options,
    IStorageStatistics storage,
    TimeProvider time,
    ILogger<StorageStartup> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var version = await StorageMigrator.MigrateAsync(options, time, logger, cancellationToken);
        LogReady(options.Kind, version);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (storage is GroupCommitGrainStorage grouping)
            await grouping.StopAsync(cancellationToken);
        LogStopped(storage.RowsWritten, storage.Commits);
    }

    [LoggerMessage(10, LogLevel.Information, "Storage {Kind} is ready, schema version {Version}.")]
    private partial void LogReady(StorageKind kind, int version);

    [LoggerMessage(11, LogLevel.Information, "Storage stopped after {Rows} rows in {Commits} commits.")]
    private partial void LogStopped(long rows, long commits);
}

using Payments.Storage.Reminders;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage.Tests.Databases;

/// <summary>A fresh, migrated database for one test class.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    public StorageOptions Options { get; private set; } = new();

    public async Task InitializeAsync()
    {
        Options = await CreateAsync();
        await StorageMigrator.MigrateAsync(Options, TimeProvider.System, logger: null, CancellationToken.None);
    }

    public abstract Task DisposeAsync();

    /// <summary>The store, as the product registers it.</summary>
    public abstract IStateStore OpenStore();

    /// <summary>The reminders of a store of <see cref="OpenStore"/>.</summary>
    public abstract IReminderStore OpenReminders(IStateStore store);

    /// <summary>Runs SQL beside the storage.</summary>
    public abstract Task ExecuteAsync(string sql);

    /// <summary>Reads one value beside the storage, as text.</summary>
    public abstract Task<string?> QueryAsync(string sql);

    /// <summary>A storage on a store of its own, as another process would have it.</summary>
    public StorageUnderTest OpenStorage() => new(OpenStore(), Options);

    protected abstract Task<StorageOptions> CreateAsync();
}

/// <summary>A storage with everything below it.</summary>
public sealed class StorageUnderTest : IAsyncDisposable
{
    private readonly StorageTelemetry _telemetry = new();

    public StorageUnderTest(IStateStore store, StorageOptions options, TimeProvider? time = null)
    {
        Store = store;
        Grains = new GroupCommitGrainStorage(store, options, _telemetry, time ?? TimeProvider.System);
    }

    public IStateStore Store { get; }

    public GroupCommitGrainStorage Grains { get; }

    public async ValueTask DisposeAsync()
    {
        await Grains.DisposeAsync();
        await Store.DisposeAsync();
        _telemetry.Dispose();
    }
}

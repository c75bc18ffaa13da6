using Payments.Grains.Ports;
using Payments.Storage.Reminders;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage.Tests.Databases;

/// <summary>A database of this room's own storage.</summary>
public abstract class TestDatabase : StorageDatabase
{
    public override string UnknownETag => "3-00000000000000ff";

    /// <summary>The store, as the product registers it.</summary>
    public abstract IStateStore OpenStore();

    /// <summary>The reminders of a store of <see cref="OpenStore"/>.</summary>
    public abstract IReminderStore OpenReminders(IStateStore store);

    /// <summary>A storage on a store of its own, as another process would have it.</summary>
    public StorageUnderTest OpenStorage() => new(OpenStore(), Options);

    public override Task<IOpenStorage> OpenAsync(StorageOptions? options = null) =>
        Task.FromResult<IOpenStorage>(new StorageUnderTest(OpenStore(), options ?? Options));
}

/// <summary>A storage with everything below it.</summary>
public sealed class StorageUnderTest : IOpenStorage
{
    private readonly StorageTelemetry _telemetry = new();

    public StorageUnderTest(IStateStore store, StorageOptions options, TimeProvider? time = null)
    {
        Store = store;
        Grains = new GroupCommitGrainStorage(store, options, _telemetry, time ?? TimeProvider.System);
    }

    public IStateStore Store { get; }

    public GroupCommitGrainStorage Grains { get; }

    IGrainStorage IOpenStorage.Grains => Grains;

    IDueIndex IOpenStorage.Index => Store;

    IOperatorIndex IOpenStorage.Operators => Store;

    IMerchantIndex IOpenStorage.Listing => Grains;

    IStorageStatistics IOpenStorage.Statistics => Grains;

    public async ValueTask DisposeAsync()
    {
        await Grains.DisposeAsync();
        await Store.DisposeAsync();
        _telemetry.Dispose();
    }
}

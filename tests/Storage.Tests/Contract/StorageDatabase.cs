using Orleans.Storage;
using Payments.Grains.Ports;

namespace Payments.Storage.Tests;

/// <summary>A fresh, migrated database for one test class, and storages over it.</summary>
public abstract class StorageDatabase : IAsyncLifetime
{
    /// <summary>Its options.</summary>
    public StorageOptions Options { get; private set; } = new();

    /// <summary>An ETag of this kind of storage that no row has.</summary>
    public abstract string UnknownETag { get; }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Options = await CreateAsync();
        await StorageMigrator.MigrateAsync(Options, TimeProvider.System, logger: null, CancellationToken.None);
    }

    /// <inheritdoc/>
    public abstract Task DisposeAsync();

    /// <summary>A storage with everything below it, as another process would have it.</summary>
    /// <param name="options">Other than <see cref="Options"/>, over the same database.</param>
    public abstract Task<IOpenStorage> OpenAsync(StorageOptions? options = null);

    /// <summary>Runs SQL beside the storage.</summary>
    public abstract Task ExecuteAsync(string sql);

    /// <summary>Reads one value beside the storage, as text.</summary>
    public abstract Task<string?> QueryAsync(string sql);

    /// <summary>Creates the empty database.</summary>
    protected abstract Task<StorageOptions> CreateAsync();
}

/// <summary>One process's view of a database.</summary>
public interface IOpenStorage : IAsyncDisposable
{
    /// <summary>What the grains have.</summary>
    IGrainStorage Grains { get; }

    /// <summary>What the retry shards have.</summary>
    IDueIndex Index { get; }

    /// <summary>What the operator's list has.</summary>
    IOperatorIndex Operators { get; }

    /// <summary>What merchants' lists have.</summary>
    IMerchantIndex Listing { get; }

    /// <summary>What operators have.</summary>
    IStorageStatistics Statistics { get; }
}

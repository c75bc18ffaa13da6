using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Silo.Clustering;
using Payments.Storage;
using Payments.Storage.Tests;
using Payments.Testing;

namespace Payments.Cluster.AdoNet;

/// <summary>A database with our SQL behind Orleans' own ADO.NET grain storage, set up as the silo sets it up.</summary>
public sealed class AdoNetDatabase : StorageDatabase
{
    public override string UnknownETag => "1234567";

    public override async Task<IOpenStorage> OpenAsync(StorageOptions? options = null)
    {
        var storage = options ?? Options;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSerializer();
        services.Configure<ClusterOptions>(static cluster => cluster.ServiceId = "payments");
        services.AddPaymentsStorage(storage);
        services.AddOrleansAdoNetStorage(storage);
        var provider = services.BuildServiceProvider();
        await ClusterSchema.MigrateAsync(storage.ConnectionString!, logger: null, CancellationToken.None);

        // What a silo does at its start: Orleans' storage reads its queries.
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        foreach (var participant in provider.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return new Opened(provider);
    }

    public override Task ExecuteAsync(string sql) => TestPostgres.ExecuteAsync(Options.ConnectionString!, sql);

    public override async Task<string?> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Options.ConnectionString!) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    // Without a server nothing was created: all tests of the class are reported as skipped.
    public override Task DisposeAsync() =>
        Options.ConnectionString is { } database ? TestPostgres.DropDatabaseAsync(database) : Task.CompletedTask;

    protected override async Task<StorageOptions> CreateAsync() => new()
    {
        Kind = StorageKind.AdoNet,
        ConnectionString = await TestPostgres.CreateDatabaseAsync(),
    };

    private sealed class Opened(ServiceProvider provider) : IOpenStorage
    {
        public IGrainStorage Grains => provider.GetRequiredKeyedService<IGrainStorage>(StorageNames.Payments);

        public IDueIndex Index => provider.GetRequiredService<IDueIndex>();

        public IOperatorIndex Operators => provider.GetRequiredService<IOperatorIndex>();

        public IMerchantIndex Listing => provider.GetRequiredService<IMerchantIndex>();

        public IStorageStatistics Statistics => provider.GetRequiredService<IStorageStatistics>();

        public ValueTask DisposeAsync() => provider.DisposeAsync();
    }
}

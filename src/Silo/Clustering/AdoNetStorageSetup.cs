using Orleans.Configuration;
using Orleans.Hosting;
using Payments.Storage;

namespace Payments.Silo.Clustering;

/// <summary>Grain storage by Orleans' own package, Microsoft.Orleans.Persistence.AdoNet.</summary>
internal static class AdoNetStorageSetup
{
    /// <summary>Adds Orleans' storage; <see cref="PaymentsStorageExtensions.AddPaymentsStorage(IServiceCollection, StorageOptions)"/> adds
    /// what uses it.</summary>
    public static void AddOrleansAdoNetStorage(this IServiceCollection services, StorageOptions storage)
    {
        services.AddAdoNetGrainStorage(StorageNames.AdoNet, static options => options.Configure<AdoNetConnections>(Apply));
        services.AddClusterSchema(storage.ConnectionString!);
    }

    private static void Apply(AdoNetGrainStorageOptions options, AdoNetConnections connections)
    {
        options.Invariant = ClusterDatabase.Invariant;
        options.DataSource = connections.Source;
        options.GrainStorageSerializer = connections.Serializer;
        options.DeleteStateOnClear = true;
    }
}

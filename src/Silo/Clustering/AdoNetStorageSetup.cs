using Orleans.Hosting;
using Payments.Storage;

namespace Payments.Silo.Clustering;

/// <summary>Grain storage by Orleans' own package, Microsoft.Orleans.Persistence.AdoNet.</summary>
internal static class AdoNetStorageSetup
{
    /// <summary>Adds Orleans' storage; <see cref="PaymentsStorageExtensions.AddPaymentsStorage(IServiceCollection, StorageOptions)"/> adds what uses it.</summary>
    public static void AddOrleansAdoNetStorage(this IServiceCollection services, StorageOptions storage)
    {
        services.AddAdoNetGrainStorage(StorageNames.AdoNet, static options => options.Configure<AdoNetConnections>(static (orleans, connections) =>
        {
            orleans.Invariant = ClusterDatabase.Invariant;
            orleans.DataSource = connections.Source;
            orleans.GrainStorageSerializer = connections.Serializer;
            orleans.DeleteStateOnClear = true;
        }));
        services.AddClusterSchema(storage.ConnectionString!);
    }
}

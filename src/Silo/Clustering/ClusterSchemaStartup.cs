namespace Payments.Silo.Clustering;

/// <summary>Adds the migration of the cluster's tables.</summary>
internal static class ClusterSchemaExtensions
{
    /// <summary>Adds it for one database.</summary>
    public static void AddClusterSchema(this IServiceCollection services, string connectionString) =>
        services.AddSingleton<IHostedService>(provider =>
            ActivatorUtilities.CreateInstance<ClusterSchemaStartup>(provider, connectionString));
}

/// <summary>Migrates before the silo starts: it reads its queries from the database.</summary>
internal sealed class ClusterSchemaStartup(string connectionString, ILogger<ClusterSchemaStartup> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => ClusterSchema.MigrateAsync(connectionString, logger, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

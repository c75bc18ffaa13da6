using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Payments.Storage;

/// <summary>Brings a database to this program's schema, and proves on the way that it can be written.</summary>
public static class StorageMigrator
{
    /// <summary>Applies what is missing, in one transaction. Any number of processes may do this at the same time: one works, the others
    /// wait and find it done.</summary>
    /// <returns>The schema version that the database has now.</returns>
    /// <exception cref="StorageUnavailableException">The database cannot be used; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The caller's token.</exception>
    public static Task<int> MigrateAsync(StorageOptions options, TimeProvider time, ILogger? logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        logger ??= NullLogger.Instance;
        return options.Kind switch
        {
            StorageKind.Sqlite => Task.Run(() => Migrations.SqliteMigrations.Apply(options.Path, time, logger), cancellationToken),
            StorageKind.Postgres or StorageKind.AdoNet => Migrations.PostgresMigrations.ApplyAsync(options.ConnectionString, logger, cancellationToken),
            _ => throw new StorageUnavailableException($"The storage option Kind is {options.Kind}; it must be Sqlite, Postgres or AdoNet."),
        };
    }
}

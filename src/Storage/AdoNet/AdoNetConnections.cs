using System.Data.Common;
using Orleans.Storage;
using Payments.Storage.AdoNet;
using Payments.Storage.Postgres;

namespace Payments.Storage;

/// <summary>What Orleans' ADO.NET grain storage must be set up with under <see cref="StorageNames.AdoNet"/>, so that its rows are this
/// room's.</summary>
public sealed class AdoNetConnections : IAsyncDisposable
{
    /// <summary>Parses the connection string; nothing is opened yet.</summary>
    /// <exception cref="StorageUnavailableException">The connection string is malformed.</exception>
    public AdoNetConnections(StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Source = PostgresConnections.OpenReadersAndWriters(options.ConnectionString, options.WriteTimeout);
    }

    /// <summary>The connections of its reads and writes.</summary>
    public DbDataSource Source { get; }

    /// <summary>Its serializer; it knows rows, not grain states.</summary>
    public IGrainStorageSerializer Serializer { get; } = new RowPayloadSerializer();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}

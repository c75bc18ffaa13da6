using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Storage;

/// <summary>Which database keeps the grains.</summary>
public enum StorageKind
{
    /// <summary>A file in this process: one machine.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server: any number of silos.</summary>
    Postgres,

    /// <summary>The same tables on PostgreSQL, read and written by Orleans' own ADO.NET grain storage: one commit per write. Needs the full
    /// package set.</summary>
    AdoNet,
}

/// <summary>Where grain state is kept and how its writes are grouped.</summary>
public sealed class StorageOptions
{
    /// <summary>SQLite by default.</summary>
    public StorageKind Kind { get; set; } = StorageKind.Sqlite;

    /// <summary>SQLite: the database file. Its directory is created when missing.</summary>
    public string Path { get; set; } = "data/payments.db";

    /// <summary>PostgreSQL: an Npgsql connection string.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Most rows in one commit.</summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>A batch takes no further row once its documents exceed this many bytes.</summary>
    public int MaxBatchBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>A larger document is refused, in bytes of UTF-8.</summary>
    public int MaxDocumentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Writer connections. More than one lets commits overlap, at the price of smaller batches. SQLite always has one.</summary>
    public int Writers { get; set; } = 1;

    /// <summary>Writes that may wait per writer; further callers wait before they are queued.</summary>
    public int QueueLimit { get; set; } = 4096;

    /// <summary>How long a write may wait until a writer takes it, and then how long its commit may take, retries included:
    /// a caller hears within about twice this.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>SQLite: connections that read.</summary>
    public int ReadConnections { get; set; } = 4;

    /// <summary>Also provide the reminder table. Off where another package keeps the reminders.</summary>
    public bool ProvideReminders { get; set; } = true;

    /// <summary>How state becomes a document. Source-generated contexts go into its resolver; without one, reflection is used.</summary>
    public JsonSerializerOptions Json { get; set; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="StorageUnavailableException">One does not; the message names it.</exception>
    public void Validate()
    {
        if (Kind == StorageKind.Sqlite && string.IsNullOrWhiteSpace(Path))
            throw new StorageUnavailableException("No path for the SQLite database is configured. Set the storage option Path.");
        if (Kind != StorageKind.Sqlite && string.IsNullOrWhiteSpace(ConnectionString))
            throw new StorageUnavailableException("No PostgreSQL connection string is configured. Set the storage option ConnectionString.");
        RequireRange(nameof(MaxBatch), MaxBatch, 1, 10_000);
        RequireRange(nameof(MaxBatchBytes), MaxBatchBytes, 1, 256 * 1024 * 1024);
        RequireRange(nameof(MaxDocumentBytes), MaxDocumentBytes, 1, 256 * 1024 * 1024);
        RequireRange(nameof(Writers), Writers, 1, 16);
        RequireRange(nameof(QueueLimit), QueueLimit, 1, 1_000_000);
        RequireRange(nameof(ReadConnections), ReadConnections, 1, 256);
        if (WriteTimeout < TimeSpan.FromMilliseconds(1) || WriteTimeout > TimeSpan.FromHours(1))
            throw new StorageUnavailableException($"The storage option {nameof(WriteTimeout)} is {WriteTimeout}; it must be between 1 ms and 1 h.");
    }

    private static void RequireRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new StorageUnavailableException($"The storage option {name} is {value}; it must be between {least} and {most}.");
    }
}

using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Payments.Storage.Sqlite;

/// <summary>Opens connections with the settings that durability rests on, and lends the few that read.</summary>
internal sealed class SqliteConnections(string path, int readersMax) : IDisposable
{
    private const int BusyTimeoutMs = 2_000;
    private readonly SemaphoreSlim _permits = new(readersMax, readersMax);
    private readonly ConcurrentBag<SqliteLease> _idle = [];
    private volatile bool _disposed;

    /// <summary>A new connection. <c>synchronous=FULL</c> syncs the log on every commit: what was committed survives a power cut.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout={BusyTimeoutMs}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs SQL without a result.</summary>
    public static int Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>Lends a connection; a connection that met an exception is not used again.</summary>
    public async Task<T> UseAsync<T>(Func<SqliteLease, T> work, CancellationToken cancellationToken)
    {
        await _permits.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_idle.TryTake(out var lease))
                lease = new SqliteLease(Open(path));
            var healthy = false;
            try
            {
                var result = work(lease);
                healthy = true;
                return result;
            }
            finally
            {
                if (healthy && !_disposed)
                    _idle.Add(lease);
                else
                    lease.Dispose();
            }
        }
        finally
        {
            _permits.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var lease))
            lease.Dispose();
    }
}

/// <summary>A lent connection with its prepared statement for the one read that is frequent.</summary>
internal sealed class SqliteLease(SqliteConnection connection) : IDisposable
{
    private SqliteCommand? _readRow;

    /// <summary><see cref="SqliteSql.Read"/>, prepared.</summary>
    public SqliteCommand ReadRow => _readRow ??= Prepare();

    /// <summary>A new command for anything else.</summary>
    public SqliteCommand NewCommand(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Dispose()
    {
        _readRow?.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Prepare()
    {
        var command = NewCommand(SqliteSql.Read);
        foreach (var name in SqliteSql.KeyParameters)
            command.Parameters.AddWithValue(name, "");
        command.Prepare();
        return command;
    }
}

using Npgsql;
using Payments.Chaos.Load;
using Payments.Chaos.World;

namespace Payments.Chaos.Collect;

/// <summary>Looks into the table through which silos find each other, for one silo's place.</summary>
internal sealed class MembershipReader(string connectionString, int clusterPort) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    // 6: the cluster has declared it dead (deploy/sql/0001_membership.sql).
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 1 });

    /// <summary>How many processes in this place were declared dead so far.</summary>
    public async Task<long> CountDeathsAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"SELECT count(*) FROM cluster_silo WHERE port = {clusterPort} AND status = 6");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Waits until one more is, and notes when.</summary>
    public async Task WatchAsync(ChaosEvent killed, long deathsBefore, Clock clock, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            using var ticks = new PeriodicTimer(Look, time);
            while (await CountDeathsAsync(cancellationToken) == deathsBefore)
                await ticks.WaitForNextTickAsync(cancellationToken);
            killed.DeclaredDeadAt = clock.Now;
        }
        catch (OperationCanceledException)
        {
            // It was back before.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();
}

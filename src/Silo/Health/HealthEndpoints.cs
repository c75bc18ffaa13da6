using Payments.Grains.Ports;
using Payments.Storage;

namespace Payments.Silo.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work, which means that storage answers. <c>/health</c>:
/// the same with what an operator wants to know first. <c>/health/storage</c>: what this process wrote, and what waits in the database.
/// </summary>
internal static partial class HealthEndpoints
{
    private static readonly TimeSpan StorageDeadline = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static () => Results.Json(new { status = "live" }));
        routes.MapGet("/health/ready", async (IDueIndex index, TimeProvider time, ILoggerFactory loggers) =>
            await StorageAnswersAsync(index, time, loggers)
                ? Results.Json(new { status = "ready" })
                : Results.Json(new { status = "unready", reason = "storage does not answer" }, statusCode: StatusCodes.Status503ServiceUnavailable));
        routes.MapGet("/health", async (IDueIndex index, TimeProvider time, ILoggerFactory loggers, IConfiguration configuration) =>
        {
            var ready = await StorageAnswersAsync(index, time, loggers);
            var body = new
            {
                status = ready ? "ready" : "unready",
                packageSet = PackageSetInfo.Name,
                storage = configuration["Payments:Storage:Kind"] ?? "Sqlite",
            };
            return Results.Json(body, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        routes.MapGet("/health/storage", async (IStorageStatistics statistics, CancellationToken cancellationToken) =>
        {
            var backlog = await statistics.ReadBacklogAsync(cancellationToken);
            return Results.Json(new
            {
                rows = statistics.RowsWritten,
                commits = statistics.Commits,
                conflicts = statistics.Conflicts,
                queueLength = statistics.QueueLength,
                pendingByStatus = backlog.PendingByStatus,
                oldestDue = backlog.OldestDue,
            });
        });
    }

    private static async Task<bool> StorageAnswersAsync(IDueIndex index, TimeProvider time, ILoggerFactory loggers)
    {
        using var deadline = new CancellationTokenSource(StorageDeadline, time);
        try
        {
            await index.ReadDueAsync(0, 1, DateTimeOffset.UnixEpoch, 1, deadline.Token);
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogUnready(loggers.CreateLogger("Payments.Silo.Health"), error);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: storage does not answer.")]
    private static partial void LogUnready(ILogger logger, Exception error);
}

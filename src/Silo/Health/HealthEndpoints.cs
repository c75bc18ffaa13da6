using Payments.Silo.Configuration;
using Payments.Silo.Shutdown;
using Payments.Storage;

namespace Payments.Silo.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work, and is not about to stop. <c>/health</c>: the same with what an
/// operator wants to know first. <c>/health/storage</c>, where there are grains: what this process wrote, and what waits in the database.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes, ClusterSettings cluster, StorageOptions storage)
    {
        routes.MapGet("/health/live", static () => Results.Json(new { status = "live" }));
        routes.MapGet("/health/ready", static async (IReadiness readiness, Draining draining) =>
            await WhyNotReadyAsync(readiness, draining) is { } reason
                ? Results.Json(new { status = "unready", reason }, statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Json(new { status = "ready" }));
        routes.MapGet("/health", async (IReadiness readiness, Draining draining) =>
        {
            var ready = await WhyNotReadyAsync(readiness, draining) is null;
            var body = new Dictionary<string, object> { ["status"] = ready ? "ready" : "unready", ["packageSet"] = PackageSetInfo.Name };
            if (cluster.HostsGrains)
                body["storage"] = storage.Kind.ToString();
            if (cluster.IsCluster)
                body["cluster"] = new { id = cluster.ClusterId, role = cluster.Role.ToString() };
            return Results.Json(body, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        if (cluster.HostsGrains)
            routes.MapStorageHealth();
    }

    private static void MapStorageHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health/storage", static async (IStorageStatistics statistics, CancellationToken cancellationToken) =>
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

    private static async Task<string?> WhyNotReadyAsync(IReadiness readiness, Draining draining) =>
        draining.HasBegun ? "the process is stopping" : await readiness.WhyNotAsync();
}

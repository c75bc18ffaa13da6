using System.Diagnostics;
using Payments.Storage.Telemetry;

namespace Payments.Storage.Sqlite;

/// <summary>Spans of statements, as Npgsql makes them by itself
/// (<see href="https://opentelemetry.io/docs/specs/semconv/database/database-spans/">semantic conventions</see>). Only below other spans.</summary>
internal static class SqliteTracing
{
    private const string Table = "grain_state";

    public static Activity? StartRead() => Start("SELECT");

    public static Activity? StartBatch(int rows) => Start("BATCH")?.SetTag("db.operation.batch.size", rows);

    private static Activity? Start(string operation)
    {
        if (Activity.Current is null || StorageTelemetry.Activities.StartActivity($"{operation} {Table}", ActivityKind.Client) is not { } activity)
            return null;
        return activity.SetTag("db.system.name", "sqlite").SetTag("db.collection.name", Table).SetTag("db.operation.name", operation);
    }
}

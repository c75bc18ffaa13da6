using System.Diagnostics;
using OpenTelemetry;

namespace Payments.Silo.Telemetry;

/// <summary>
/// Keeps what nobody asked for out of the traces: statements and requests without anything above them, that is membership, reminders, scans that
/// find nothing and gauges; probes of the health endpoints; grain timers. A span that is not recorded has no recorded spans below it.
/// </summary>
internal sealed class BackgroundRoots : BaseProcessor<Activity>
{
    private const string HealthPath = "/health";

    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (data.ParentSpanId != default)
            return;

        var background = data.Source.Name switch
        {
            "Npgsql" or "System.Net.Http" => true,
            "Microsoft.Orleans.Runtime" => data.OperationName.StartsWith("IGrainTimerInvoker/", StringComparison.Ordinal),
            TraceIds.Requests => data.GetTagItem("url.path") is string path && path.StartsWith(HealthPath, StringComparison.Ordinal),
            _ => false,
        };
        if (background)
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}

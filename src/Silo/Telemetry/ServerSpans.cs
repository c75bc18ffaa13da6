namespace Payments.Silo.Telemetry;

/// <summary>The spans of HTTP requests.</summary>
internal static class ServerSpans
{
    /// <summary>Lets ASP.NET Core name them and fill them as the semantic conventions say; .NET 10 does that only when told to, before a host is built.</summary>
    public static void Enable() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
}

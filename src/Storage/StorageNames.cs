namespace Payments.Storage;

/// <summary>Names that other rooms use to reach this one.</summary>
public static class StorageNames
{
    /// <summary>The key under which the grain storage is registered, the storage name in <c>[PersistentState]</c>.</summary>
    public const string Payments = "payments";

    /// <summary>The key under which <see cref="StorageKind.AdoNet"/> expects Orleans' ADO.NET grain storage, set up by
    /// <see cref="AdoNetConnections"/>.</summary>
    public const string AdoNet = "payments-adonet";

    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/> and of the
    /// <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string Telemetry = "Payments.Storage";
}

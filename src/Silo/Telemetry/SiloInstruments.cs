using System.Diagnostics.Metrics;
using Payments.Silo.Configuration;
using Payments.Storage;

namespace Payments.Silo.Telemetry;

/// <summary>What a process reports of the whole: what waits in the database, and who else is there. Every process reports the same numbers: take
/// the maximum over them, never the sum.</summary>
internal static class SiloInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Payments.Silo";

    /// <summary>Adds them, and begins to report when the host starts.</summary>
    public static void AddSiloInstruments(this IServiceCollection services, ClusterSettings cluster)
    {
        if (cluster.HostsGrains)
            services.AddHostedService<SiloGauges>();
        else
            services.AddHostedService<ClientGauges>();
    }

    /// <summary>Of a process with grains.</summary>
    private sealed class SiloGauges(IStorageStatistics storage, ISiloStatusOracle silos, IMeterFactory meters, TimeProvider time, ILogger<WaitingGauges> logger)
        : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            var meter = meters.Create(Name);
            meter.CreateObservableGauge(
                "payments.cluster.silos", () => silos.GetApproximateSiloStatuses(onlyActive: true).Count, "{silo}", "Active silos that this one knows of.");
            new WaitingGauges(storage, time, logger).Register(meter);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Of a process that calls grains.</summary>
    private sealed class ClientGauges(PaymentsConnection connection, IMeterFactory meters) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            meters.Create(Name).CreateObservableGauge(
                "payments.cluster.gateways", () => connection.Silos, "{silo}", "Silos that this process is connected to.");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

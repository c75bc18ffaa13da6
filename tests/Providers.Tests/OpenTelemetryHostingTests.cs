using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Payments.Providers.Tests;

/// <summary>What the product relies on in OpenTelemetry.Extensions.Hosting, asserted of whichever is in: the package or its stand-in.</summary>
public sealed class OpenTelemetryHostingTests
{
    [Fact]
    public async Task Providers_are_built_when_the_host_starts_and_flushed_when_it_is_disposed()
    {
        using var source = new ActivitySource($"test-{Guid.NewGuid()}");
        using var meter = new Meter($"test-{Guid.NewGuid()}");
        var spans = new Collected<Activity>();
        var metrics = new Collected<Metric>();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("payments"))
            .WithTracing(tracing => tracing.AddSource(source.Name).AddProcessor(new SimpleActivityExportProcessor(spans)))
            .WithMetrics(metering => metering.AddMeter(meter.Name).AddReader(new BaseExportingMetricReader(metrics)));

        Assert.Null(source.StartActivity("before the start"));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            using (source.StartActivity("after the start"))
                meter.CreateCounter<int>("calls").Add(1);
            await host.StopAsync();
        }

        Assert.Equal(["after the start"], spans.Items.Select(span => span.DisplayName));
        Assert.Equal(["calls"], metrics.Items.Select(metric => metric.Name));
        Assert.Contains(spans.Resource!.Attributes, attribute => attribute is { Key: "service.name", Value: "payments" });
        Assert.Null(source.StartActivity("after the end"));
    }

    [Fact]
    public void Adding_it_twice_starts_it_once_and_before_every_other_service()
    {
        var services = new ServiceCollection().AddSingleton<IHostedService>(_ => throw new InvalidOperationException());

        var first = services.AddOpenTelemetry().WithTracing().WithMetrics().WithLogging();
        services.AddOpenTelemetry();

        Assert.Same(services, first.Services);
        var hosted = services.Where(service => service.ServiceType == typeof(IHostedService)).ToList();
        Assert.Equal(2, hosted.Count);
        Assert.Equal("TelemetryHostedService", hosted[0].ImplementationType!.Name);
    }

    private sealed class Collected<T> : BaseExporter<T>
        where T : class
    {
        public List<T> Items { get; } = [];

        public Resource? Resource { get; private set; }

        public override ExportResult Export(in Batch<T> batch)
        {
            Resource = ParentProvider.GetResource();
            foreach (var item in batch)
                Items.Add(item);
            return ExportResult.Success;
        }
    }
}

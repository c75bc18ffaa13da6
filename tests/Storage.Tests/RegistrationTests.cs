using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Payments.Grains.Ports;
using Payments.Storage.Tests.Databases;

namespace Payments.Storage.Tests;

/// <summary>The storage as a host sees it.</summary>
public sealed class RegistrationTests(EmptySqliteFiles files) : IClassFixture<EmptySqliteFiles>
{
    [Fact]
    public async Task The_database_is_ready_before_any_hosted_service_and_open_until_all_have_stopped()
    {
        var options = await files.CreateEmptyAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddHostedService<Silo>();
        builder.Services.AddPaymentsStorage(options);
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        Assert.Equal("2", await files.QueryAsync(options, "SELECT count(*) FROM grain_state"));
    }

    [Fact]
    public async Task Everything_is_registered_over_one_storage()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddPaymentsStorage(await files.CreateEmptyAsync());
        using var host = builder.Build();
        await host.StartAsync();
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("payments");
        var due = DateTimeOffset.UnixEpoch;
        var grain = Order.NewGrain();
        await storage.WriteStateAsync("state", grain, new GrainState<Order>(new Order { DueAt = due }));
        Assert.Equal([grain], await host.Services.GetRequiredService<IDueIndex>().ReadDueAsync(0, 1, due, 10, CancellationToken.None));
        Assert.Equal(1, host.Services.GetRequiredService<IStorageStatistics>().RowsWritten);
        var reminders = host.Services.GetRequiredService<IReminderTable>();
        var reminder = new ReminderEntry { GrainId = grain, ReminderName = "r", StartAt = DateTime.UnixEpoch, Period = TimeSpan.FromMinutes(1) };
        Assert.NotNull(await reminders.UpsertRow(reminder));
        await host.StopAsync();
    }

    [Fact]
    public async Task Reminders_can_be_left_to_another_package()
    {
        var options = await files.CreateEmptyAsync();
        options.ProvideReminders = false;
        await using var services = new ServiceCollection().AddPaymentsStorage(options).AddLogging().BuildServiceProvider();
        Assert.Null(services.GetService<IReminderTable>());
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_fails_the_start_with_the_plain_message()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddHostedService<Silo>();
        builder.Services.AddPaymentsStorage(new StorageOptions { Path = files.Folder });
        using var host = builder.Build();
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => host.StartAsync());
        Assert.Contains("is a directory", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Nonsense_in_the_options_is_refused_by_name(int maxBatch, int writers, int queueLimit)
    {
        var options = new StorageOptions { MaxBatch = maxBatch, Writers = writers, QueueLimit = queueLimit };
        Assert.Contains("must be between", Assert.Throws<StorageUnavailableException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_meter_tells_rows_commits_and_conflicts()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddPaymentsStorage(await files.CreateEmptyAsync());
        using var host = builder.Build();
        await host.StartAsync();
        var storage = host.Services.GetRequiredService<GroupCommitGrainStorage>();
        var totals = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                    self.EnableMeasurementEvents(instrument);
            },
        };
        void Add(Instrument instrument, double value)
        {
            lock (totals)
                totals[instrument.Name] = totals.GetValueOrDefault(instrument.Name) + value;
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        var grain = Order.NewGrain();
        await storage.WriteStateAsync("state", grain, new GrainState<Order>(new Order()));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("state", grain, new GrainState<Order>(new Order())));
        listener.RecordObservableInstruments();
        Assert.Equal((1d, 1d, 1d), (totals["payments.storage.rows"], totals["payments.storage.commits"], totals["payments.storage.conflicts"]));
        Assert.Equal((1d, 0d), (totals["payments.storage.rows_per_commit"], totals["payments.storage.queue.length"]));
        Assert.True(totals["payments.storage.commit.duration"] > 0);
        Assert.True(totals["payments.storage.write.duration"] >= totals["payments.storage.commit.duration"]);
        await host.StopAsync();
    }

    /// <summary>Writes when it starts and when it stops, as grains do.</summary>
    private sealed class Silo([FromKeyedServices(StorageNames.Payments)] IGrainStorage storage) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => WriteAsync();

        public Task StopAsync(CancellationToken cancellationToken) => WriteAsync();

        private Task WriteAsync() => storage.WriteStateAsync("state", Order.NewGrain(), new GrainState<Order>(new Order()));
    }
}

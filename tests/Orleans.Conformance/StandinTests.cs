#if !FULL_PACKAGE_SET
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Standin;
using Payments.Testing;

namespace Payments.Conformance;

/// <summary>What the stand-in adds or refuses: not part of Orleans.</summary>
public sealed class StandinTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    public static TheoryData<string, Action<ISiloBuilder>> ClusterSettings => new()
    {
        { "UseAdoNetClustering", silo => silo.UseAdoNetClustering(options => options.Invariant = "Npgsql") },
        { "UseAdoNetReminderService", silo => silo.UseAdoNetReminderService(options => options.Invariant = "Npgsql") },
        { "AddAdoNetGrainStorage", silo => silo.AddAdoNetGrainStorage("payments", options => options.Invariant = "Npgsql") },
        { "ConfigureEndpoints", silo => silo.ConfigureEndpoints(siloPort: 11111, gatewayPort: 30000) },
        { "a primary silo", silo => silo.UseLocalhostClustering(11112, 30001, new IPEndPoint(IPAddress.Loopback, 11111)) },
    };

    [Theory]
    [MemberData(nameof(ClusterSettings))]
    public async Task Cluster_settings_are_refused_by_name(string name, Action<ISiloBuilder> configure)
    {
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => TestSilo.StartAsync(configure));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.Contains("full package set", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_remote_client_is_refused()
    {
        var builder = Host.CreateApplicationBuilder();
        Assert.Throws<NotSupportedException>(() => builder.UseOrleansClient(_ => { }));
    }

    [Fact]
    public async Task Options_that_the_real_silo_refuses_are_refused() =>
        await Assert.ThrowsAsync<OrleansConfigurationException>(() => TestSilo.StartAsync(silo => silo.Configure<GrainCollectionOptions>(
            options => options.CollectionAge = options.CollectionQuantum)));

    [Fact]
    public async Task Mutable_messages_are_refused_by_name_and_only_those()
    {
        var grain = fixture.Silo.Grains.GetGrain<IRefusedGrain>(1);
        await AssertRefused(() => grain.ListAsync([]), "List`1", "mutable");
        await AssertRefused(() => grain.ArrayAsync([]), "Byte[]", "mutable");
        await AssertRefused(() => grain.MutableAsync(new Stored()), nameof(Stored), "mutable");
        await AssertRefused(grain.MutableResultAsync, nameof(Stored), "mutable");
        await AssertRefused(() => grain.UnmarkedAsync(new Unmarked(1)), nameof(Unmarked), "GenerateSerializer");
        await AssertRefused(() => grain.NestedAsync([new Unmarked(1)]), nameof(Unmarked), "GenerateSerializer");
        await grain.PromisedAsync([1], new Dictionary<string, int> { ["a"] = 1 });
        await grain.ImmutableAsync([1, 2], 3, new StoredView(1, true, true, 1, 1));

        static async Task AssertRefused(Func<Task> call, string type, string reason)
        {
            var failure = await Assert.ThrowsAsync<NotSupportedException>(call);
            Assert.Contains(type, failure.Message, StringComparison.Ordinal);
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_simulation_repeats_itself_from_its_seed_in_virtual_time()
    {
        var runs = Enumerable.Range(1, 20).Select(Simulate).ToArray();

        Assert.Equal(runs, Enumerable.Range(1, 20).Select(Simulate));
        Assert.True(runs.Distinct().Count() > 10, "Seeds make no difference.");
        Assert.All(runs, run => Assert.Contains("slept:reminded 3600000 True", run, StringComparison.Ordinal));
    }

    /// <summary>Three days of a few grains that sleep, call each other, time out, fall idle and are reminded.</summary>
    private static string Simulate(int seed)
    {
        var clock = new ManualTimeProvider();
        var dispatcher = new SeededDispatcher(seed);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Probe>();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<ITurnDispatcher>(dispatcher);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.UseInMemoryReminderService();
        });
        using var host = builder.Build();
        Drive(host.StartAsync());
        Assert.Equal(0, clock.GetTimestamp());
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var calls = Enumerable.Range(0, 5).Select(number => grains.GetGrain<ISleepingGrain>($"sleeper-{number}").SleepAsync(seed + number)).ToArray();
        Drive(calls);
        Drive(grains.GetGrain<IReminderGrain>("slept").RegisterAsync("reminded", TimeSpan.FromDays(1), TimeSpan.FromHours(1)));
        var end = clock.GetUtcNow() + TimeSpan.FromDays(3);
        while (clock.GetUtcNow() < end)
            Step();
        Drive(host.StopAsync());
        return string.Join(Environment.NewLine, host.Services.GetRequiredService<Probe>().Log);

        void Drive(params Task[] tasks)
        {
            while (!Array.TrueForAll(tasks, task => task.IsCompleted) && Step())
            {
            }

            foreach (var task in tasks)
                task.GetAwaiter().GetResult();
        }

        bool Step()
        {
            if (dispatcher.RunOne())
                return true;
            if (clock.UntilNextTimer is not { } next)
                return false;
            clock.Advance(next);
            return true;
        }
    }
}
#endif

using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Payments.Conformance;

public sealed class ReminderTests(ReminderTests.Fixture fixture) : IClassFixture<ReminderTests.Fixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly Probe _probe = fixture.Silo.Probe;

    [Fact]
    public async Task A_reminder_fires_at_its_due_time_and_then_periodically()
    {
        await Remind("fires").RegisterAsync("tick", Soon, Fast);
        for (var tick = 0; tick < 3; tick++)
            Assert.Equal("tick 100 True", await _probe.NextAsync("fires"));
    }

    [Fact]
    public async Task A_reminder_whose_tick_throws_fires_again()
    {
        await Remind("throws").RegisterAsync("failing", Soon, Fast);
        for (var tick = 0; tick < 3; tick++)
            Assert.Equal("failing 100 True", await _probe.NextAsync("throws"));
    }

    [Fact]
    public async Task Registering_again_changes_the_schedule()
    {
        var grain = Remind("changes");
        await grain.RegisterAsync("tick", Never, Never);
        await grain.RegisterAsync("tick", Soon, Fast);
        Assert.Equal("tick 100 True", await _probe.NextAsync("changes"));
        await grain.RegisterAsync("tick", Soon, TimeSpan.FromMilliseconds(120));
        while (await _probe.NextAsync("changes") != "tick 120 True")
        {
        }

        Assert.Equal("tick", await grain.ListAsync());
    }

    [Fact]
    public async Task An_unregistered_reminder_does_not_fire()
    {
        var grain = Remind("ends");
        await grain.RegisterAsync("ending", Soon, Fast);
        Assert.Equal("ending 100 True", await _probe.NextAsync("ends"));
        Assert.True(await grain.UnregisterAsync("ending"));
        Assert.False(await grain.UnregisterAsync("ending"));

        // A tick on its way may still arrive; then five ticks of another reminder pass without one of this.
        await grain.RegisterAsync("other", Soon, Fast);
        while (await _probe.NextAsync("ends") != "other 100 True")
        {
        }

        for (var tick = 0; tick < 5; tick++)
            Assert.Equal("other 100 True", await _probe.NextAsync("ends"));
    }

    [Fact]
    public async Task A_grain_sees_its_own_reminders_only()
    {
        await Remind("lists").RegisterAsync("b", Never, Never);
        await Remind("lists").RegisterAsync("a", Never, Never);
        await Remind("other").RegisterAsync("c", Never, Never);

        Assert.Equal("a,b", await Remind("lists").ListAsync());
    }

    [Fact]
    public async Task A_handle_of_an_earlier_registration_cannot_unregister() =>
        await Assert.ThrowsAsync<ReminderException>(() => Remind("stale").UnregisterStaleAsync("tick"));

    [Fact]
    public async Task A_period_below_the_minimum_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Remind("short").RegisterAsync("tick", Soon, TimeSpan.FromMilliseconds(49)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Remind("short").RegisterAsync("tick", TimeSpan.FromSeconds(-1), Fast));
        Assert.Equal("", await Remind("short").ListAsync());
    }

    [Fact]
    public async Task Reminders_survive_a_restart_of_the_host_and_need_no_call_to_fire()
    {
        var table = new SharedReminderTable();
        await using (var silo = await StartAsync(table))
        {
            await silo.Grains.GetGrain<IReminderGrain>("restart").RegisterAsync("tick", Soon, Fast);
            Assert.Equal("tick 100 True", await silo.Probe.NextAsync("restart"));
        }

        await using var next = await StartAsync(table);
        Assert.Equal("tick 100 True", await next.Probe.NextAsync("restart"));
        Assert.Equal("tick 100 True", await next.Probe.NextAsync("restart"));
    }

    [Fact]
    public async Task What_others_write_into_the_table_is_found_at_the_next_refresh()
    {
        var table = new SharedReminderTable();
        await using var silo = await StartAsync(table);
        var grain = silo.Grains.GetGrain<IReminderGrain>("refresh");
        var entry = new ReminderEntry
        {
            GrainId = grain.GetGrainId(),
            ReminderName = "found",
            StartAt = DateTime.UtcNow,
            Period = Fast,
        };
        var etag = await table.UpsertRow(entry);
        Assert.Equal("found 100 True", await silo.Probe.NextAsync("refresh"));

        Assert.True(await table.RemoveRow(entry.GrainId, entry.ReminderName, etag!));
        await grain.RegisterAsync("marker", Soon, TimeSpan.FromSeconds(2));
        await SkipAsync(silo.Probe, "marker 2000 True", times: 2);
        var found = silo.Probe.Log.Count(record => record == "refresh:found 100 True");
        await SkipAsync(silo.Probe, "marker 2000 True", times: 1);
        Assert.Equal(found, silo.Probe.Log.Count(record => record == "refresh:found 100 True"));
    }

    private static Task<TestSilo> StartAsync(SharedReminderTable table) => TestSilo.StartAsync(silo =>
    {
        silo.AddReminders();
        silo.Services.AddSingleton<IReminderTable>(table);
        silo.Configure<ReminderOptions>(Quicken);
    });

    private static void Quicken(ReminderOptions options)
    {
        options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50);
        options.RefreshReminderListPeriod = TimeSpan.FromSeconds(1);
    }

    private static async Task SkipAsync(Probe probe, string value, int times)
    {
        while (times > 0)
            times -= await probe.NextAsync("refresh") == value ? 1 : 0;
    }

    private IReminderGrain Remind(string key) => fixture.Silo.Grains.GetGrain<IReminderGrain>(key);

    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo)
        {
            silo.UseInMemoryReminderService();
            silo.Configure<ReminderOptions>(Quicken);
        }
    }
}

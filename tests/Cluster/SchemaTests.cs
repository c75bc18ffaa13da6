using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;
using Payments.Testing;

namespace Payments.Cluster;

/// <summary>Our SQL behind Orleans' own table classes: what the membership protocol and the reminder service rely on.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private static readonly DateTime Started = new(2026, 4, 4, 12, 0, 0, DateTimeKind.Utc);

    private string database = "";

    public async Task InitializeAsync()
    {
        if (!TestPostgres.Available)
            return;
        database = await TestPostgres.CreateDatabaseAsync();
        await ClusterSchema.MigrateAsync(database, logger: null, CancellationToken.None);
    }

    public Task DisposeAsync() => database.Length > 0 ? TestPostgres.DropDatabaseAsync(database) : Task.CompletedTask;

    [PostgresFact]
    public async Task Many_processes_may_migrate_an_empty_database_at_once()
    {
        var empty = await TestPostgres.CreateDatabaseAsync();
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClusterSchema.MigrateAsync(empty, logger: null, CancellationToken.None)));
        Assert.Equal([3], versions.Distinct());
        await TestPostgres.DropDatabaseAsync(empty);
    }

    [PostgresFact]
    public async Task A_newer_database_is_refused()
    {
        await TestPostgres.ExecuteAsync(database, "INSERT INTO cluster_schema_version (version, name) VALUES (4, 'later')");
        var error = await Assert.ThrowsAsync<SettingsException>(() => ClusterSchema.MigrateAsync(database, logger: null, CancellationToken.None));
        Assert.Contains("version 4", error.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Every_change_needs_the_version_that_is_there_and_moves_it_on()
    {
        var table = await OpenAsync("a");
        var empty = await table.ReadAll();
        Assert.Empty(empty.Members);
        Assert.Equal(0, empty.Version.Version);

        var silo = Silo(1);
        Assert.True(await table.InsertRow(silo, empty.Version.Next()));
        Assert.False(await table.InsertRow(Silo(2), empty.Version.Next()));
        var one = await table.ReadAll();
        Assert.Equal(1, one.Version.Version);
        Assert.False(await table.InsertRow(silo, one.Version.Next()));

        // What is not there cannot be changed, and trying does not move the version.
        Assert.False(await table.UpdateRow(Silo(2), "", one.Version.Next()));
        Assert.Equal(1, (await table.ReadAll()).Version.Version);

        silo.Status = SiloStatus.Dead;
        silo.AddOrUpdateSuspector(Silo(2).SiloAddress, Started, maxVotes: 2);
        Assert.False(await table.UpdateRow(silo, "", empty.Version.Next()));
        Assert.True(await table.UpdateRow(silo, "", one.Version.Next()));
        var read = await table.ReadRow(silo.SiloAddress);
        Assert.Equal(2, read.Version.Version);
        var entry = Assert.Single(read.Members).Item1;
        Assert.Equal((silo.SiloAddress, SiloStatus.Dead, "silo-1", "host", 40_001), (entry.SiloAddress, entry.Status, entry.SiloName, entry.HostName, entry.ProxyPort));
        Assert.Equal((Started, Started), (entry.StartTime, entry.IAmAliveTime));
        Assert.Equal([(Silo(2).SiloAddress, Started)], entry.SuspectTimes!.Select(static vote => (vote.Item1, vote.Item2)));
    }

    [PostgresFact]
    public async Task Of_many_silos_that_change_the_table_at_once_one_succeeds_each_time()
    {
        const int silos = 12;
        var table = await OpenAsync("race");
        for (var joined = 0; joined < silos; joined++)
        {
            var version = (await table.ReadAll()).Version.Next();
            var outcomes = await Task.WhenAll(Enumerable.Range(0, silos).Select(i => table.InsertRow(Silo(100 * joined + i + 1), version)));
            Assert.Single(outcomes, static inserted => inserted);
        }

        var all = await table.ReadAll();
        Assert.Equal((silos, silos), (all.Members.Count, all.Version.Version));
        var updates = await Task.WhenAll(all.Members.Select(async member =>
        {
            member.Item1.Status = SiloStatus.Dead;
            var alive = table.UpdateIAmAlive(member.Item1);
            var updated = await table.UpdateRow(member.Item1, "", all.Version.Next());
            await alive;
            return updated;
        }));
        Assert.Single(updates, static updated => updated);
        var after = await table.ReadAll();
        Assert.Equal(silos + 1, after.Version.Version);
        Assert.Single(after.Members, static member => member.Item1.Status == SiloStatus.Dead);
    }

    [PostgresFact]
    public async Task A_sign_of_life_does_not_move_the_version()
    {
        var table = await OpenAsync("alive");
        var silo = await JoinAsync(table, 1);
        silo.IAmAliveTime = Started.AddSeconds(30);
        await table.UpdateIAmAlive(silo);
        var read = await table.ReadAll();
        Assert.Equal((1, Started.AddSeconds(30)), (read.Version.Version, Assert.Single(read.Members).Item1.IAmAliveTime));
    }

    [PostgresFact]
    public async Task Only_what_is_old_and_not_active_is_cleaned_up()
    {
        var table = await OpenAsync("old");
        var other = await OpenAsync("neighbour");
        await JoinAsync(other, 1);
        foreach (var (number, status) in ((int, SiloStatus)[])[(1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining)])
        {
            var silo = await JoinAsync(table, number);
            silo.Status = status;
            Assert.True(await table.UpdateRow(silo, "", (await table.ReadAll()).Version.Next()));
        }

        await table.CleanupDefunctSiloEntries(Started);
        Assert.Equal(3, (await table.ReadAll()).Members.Count);
        await table.CleanupDefunctSiloEntries(Started.AddDays(7));
        Assert.Equal(SiloStatus.Active, Assert.Single((await table.ReadAll()).Members).Item1.Status);

        await table.DeleteMembershipTableEntries("old");
        Assert.Single((await other.ReadAll()).Members);
    }

    [PostgresFact]
    public async Task A_reminder_is_kept_once_found_in_its_range_and_removed_by_its_own_tag_only()
    {
        var table = await OpenRemindersAsync();
        var grains = Enumerable.Range(0, 64).Select(static i => GrainId.Create("retry", $"{i:x}")).ToArray();
        foreach (var grain in grains)
            await table.UpsertRow(Reminder(grain));

        foreach (var (begin, end) in ((uint, uint)[])[(0, 0), (0, 0x4000_0000), (0x7000_0000, 0x9000_0000), (0xC000_0000, 0x2000_0000), (uint.MaxValue, 0x8000_0000)])
        {
            bool IsIn(uint hash) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
            var expected = grains.Where(grain => IsIn(grain.GetUniformHashCode())).Order().ToArray();
            Assert.Equal(expected, (await table.ReadRows(begin, end)).Reminders.Select(static entry => entry.GrainId).Order());
        }

        var first = (await table.ReadRow(grains[0], "scan"))!;
        Assert.Equal((Started, TimeSpan.FromMinutes(1)), (first.StartAt, first.Period));
        var newer = await table.UpsertRow(Reminder(grains[0]));
        Assert.Single((await table.ReadRows(grains[0])).Reminders);
        Assert.False(await table.RemoveRow(grains[0], "scan", first.ETag!));
        Assert.True(await table.RemoveRow(grains[0], "scan", newer!));
        Assert.False(await table.RemoveRow(grains[0], "scan", newer!));
        Assert.Null(await table.ReadRow(grains[0], "scan"));
    }

    private static MembershipEntry Silo(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 20_000 + number, number),
        SiloName = $"silo-{number}",
        HostName = "host",
        Status = SiloStatus.Active,
        ProxyPort = 40_000 + number,
        StartTime = Started,
        IAmAliveTime = Started,
    };

    private static ReminderEntry Reminder(GrainId grain) => new() { GrainId = grain, ReminderName = "scan", StartAt = Started, Period = TimeSpan.FromMinutes(1) };

    private static async Task<MembershipEntry> JoinAsync(AdoNetClusteringTable table, int number)
    {
        var silo = Silo(number);
        Assert.True(await table.InsertRow(silo, (await table.ReadAll()).Version.Next()));
        return silo;
    }

    private async Task<AdoNetClusteringTable> OpenAsync(string clusterId)
    {
        var table = new AdoNetClusteringTable(
            new ServiceCollection().BuildServiceProvider(),
            Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = "payments" }),
            Options.Create(new AdoNetClusteringSiloOptions { Invariant = ClusterDatabase.Invariant, ConnectionString = database }),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return table;
    }

    private async Task<IReminderTable> OpenRemindersAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.Configure<ClusterOptions>(static options => options.ServiceId = "payments");
        services.UseAdoNetReminderService(options => options.Configure(table =>
            (table.Invariant, table.ConnectionString) = (ClusterDatabase.Invariant, database)));
        var table = services.BuildServiceProvider().GetRequiredService<IReminderTable>();
        await table.StartAsync(CancellationToken.None);
        return table;
    }
}

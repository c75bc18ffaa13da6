using Orleans.Hosting;
using Orleans.Storage;

namespace Payments.Conformance;

public sealed class StateTests(StateTests.Fixture fixture) : IClassFixture<StateTests.Fixture>
{
    [Fact]
    public async Task A_new_state_is_empty_and_has_no_record()
    {
        var view = await Store("new").ReadAsync();
        Assert.Equal((0, false, false, 0), (view.Amount, view.RecordExists, view.HasEtag, view.AmountAtActivation));
    }

    [Fact]
    public async Task What_is_written_is_loaded_before_the_next_activation()
    {
        var grain = Store("written");
        Assert.Equal("1", await grain.WriteAsync(7));
        Assert.Equal("2", await grain.WriteAsync(8));
        await grain.LeaveAsync();

        var view = await grain.ReadAsync();
        Assert.Equal((8, true, true, 8), (view.Amount, view.RecordExists, view.HasEtag, view.AmountAtActivation));
    }

    [Fact]
    public async Task A_cleared_state_has_no_record()
    {
        var grain = Store("cleared");
        await grain.WriteAsync(7);
        await grain.ClearAsync();

        var view = await grain.ReadAsync();
        Assert.Equal((0, false, false), (view.Amount, view.RecordExists, view.HasEtag));
        Assert.Equal("1", await grain.WriteAsync(9));
    }

    [Fact]
    public async Task Reading_again_sees_what_others_wrote()
    {
        var grain = Store("reread");
        await grain.WriteAsync(7);
        fixture.Silo.Storage.Overwrite(grain.GetGrainId(), new Stored { Amount = 70 });

        Assert.Equal(7, (await grain.ReadAsync()).Amount);
        Assert.Equal(70, (await grain.RereadAsync()).Amount);
    }

    [Fact]
    public async Task An_etag_conflict_reaches_the_caller_and_ends_the_activation()
    {
        var grain = Store("conflict");
        await grain.WriteAsync(7);
        var before = await grain.ReadAsync();
        fixture.Silo.Storage.Overwrite(grain.GetGrainId(), new Stored { Amount = 70 });

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.WriteAsync(8));
        var after = await grain.ReadAsync();
        Assert.Equal(70, after.AmountAtActivation);
        Assert.True(after.Incarnation > before.Incarnation);
        Assert.Equal("3", await grain.WriteAsync(9));
    }

    [Fact]
    public async Task An_etag_conflict_that_the_grain_handles_does_not_end_the_activation()
    {
        var grain = Store("handled");
        await grain.WriteAsync(7);
        var before = await grain.ReadAsync();
        fixture.Silo.Storage.Overwrite(grain.GetGrainId(), new Stored { Amount = 70 });

        Assert.False(await grain.WriteCaughtAsync(8));
        Assert.Equal(before.Incarnation, (await grain.RereadAsync()).Incarnation);
    }

    [Fact]
    public async Task A_storage_that_fails_to_read_fails_the_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Storage.Failure = new IOException("disk gone");
        var grain = silo.Grains.GetGrain<IStoreGrain>("unreadable");
        var failure = await Assert.ThrowsAsync<OrleansException>(grain.ReadAsync);
        Assert.IsType<IOException>(failure.InnerException);

        silo.Storage.Failure = null;
        Assert.False((await grain.ReadAsync()).RecordExists);
    }

    [Fact]
    public async Task A_storage_that_fails_to_write_fails_the_call_and_keeps_the_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grains.GetGrain<IStoreGrain>("unwritable");
        var before = await grain.ReadAsync();
        silo.Storage.Failure = new IOException("disk gone");
        await Assert.ThrowsAsync<OrleansException>(() => grain.WriteAsync(7));

        silo.Storage.Failure = null;
        Assert.Equal("1", await grain.WriteAsync(8));
        Assert.Equal(before.Incarnation, (await grain.ReadAsync()).Incarnation);
    }

    [Fact]
    public async Task The_state_is_out_of_reach_outside_the_grain() => Assert.Equal("refused", await Store("outside").ReadOutsideAsync());

    [Fact]
    public async Task A_missing_storage_is_named_in_the_failure()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(fixture.Silo.Grains.GetGrain<IHomelessGrain>("homeless").CallAsync);
        var cause = failure;
        while (cause is not null and not BadProviderConfigException)
            cause = cause.InnerException;
        Assert.Contains("\"nowhere\"", Assert.IsType<BadProviderConfigException>(cause).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_memory_storage_keeps_what_was_written_not_what_changed_since()
    {
        var grain = fixture.Silo.Grains.GetGrain<IMemoryGrain>(Guid.NewGuid());
        await grain.WriteAsync(7);
        await grain.ChangeWithoutWritingAsync(8);
        Assert.Equal(7, await grain.ReloadAsync());

        await grain.ClearAsync();
        Assert.Equal(0, await grain.ReloadAsync());
    }

    private IStoreGrain Store(string key) => fixture.Silo.Grains.GetGrain<IStoreGrain>(key);

    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => silo.AddMemoryGrainStorage("memory");
    }
}

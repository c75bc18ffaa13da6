using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Tests.Runtime;

namespace Payments.Grains.Tests;

public sealed class DurableStateTests
{
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(5);

    private readonly TestRow row = new();
    private readonly Calendar calendar = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task A_decision_is_not_visible_before_it_is_durable()
    {
        var durable = new DurableState<Box>(row);
        row.HoldWrites();

        var deciding = durable.DecideAsync(box => ("done", new Box(1)));

        Assert.Equal((new Box(0), false), (durable.State, deciding.IsCompleted));
        row.Release();
        Assert.Equal(("done", new Box(1)), (await deciding, durable.State));
    }

    [Fact]
    public async Task A_reader_during_a_write_neither_waits_nor_reads_beside_it()
    {
        var durable = new DurableState<Box>(row);
        row.HoldWrites();
        var deciding = durable.DecideAsync(box => (true, new Box(1)));

        await durable.RefreshIfUnsureAsync();

        Assert.Equal((0, new Box(0)), (row.Reads, durable.State));
        row.Release();
        await deciding;
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task After_a_failed_write_what_storage_holds_is_read_before_anything_else(bool stored, int expected)
    {
        var durable = new DurableState<Box>(row);
        row.Faults.Enqueue((new IOException(), stored));
        await Assert.ThrowsAsync<IOException>(() => durable.DecideAsync(box => (true, new Box(1))));
        Assert.Equal(new Box(0), durable.State);

        var seen = await durable.DecideAsync(box => (box, box));

        Assert.Equal((1, new Box(expected), new Box(expected)), (row.Reads, seen, durable.State));
        await durable.RefreshIfUnsureAsync();
        Assert.Equal(1, row.Reads);
    }

    [Fact]
    public async Task Readers_that_interleave_after_a_failed_write_share_one_read()
    {
        var durable = new DurableState<Box>(row);
        row.Faults.Enqueue((new IOException(), false));
        await Assert.ThrowsAsync<IOException>(() => durable.DecideAsync(box => (true, new Box(1))));
        row.HoldReads();

        var readers = Enumerable.Range(0, 10).Select(_ => durable.RefreshIfUnsureAsync()).ToList();
        var deciding = durable.DecideAsync(box => (true, new Box(2)));
        Assert.Equal((1, 1), (row.Reads, row.Writes));
        row.Release();
        await Task.WhenAll([.. readers, deciding]);

        Assert.Equal((1, 2, new Box(2)), (row.Reads, row.Writes, durable.State));
    }

    [Fact]
    public async Task A_read_that_fails_leaves_it_unsure()
    {
        var durable = new DurableState<Box>(row);
        row.Faults.Enqueue((new IOException(), true));
        await Assert.ThrowsAsync<IOException>(() => durable.DecideAsync(box => (true, new Box(1))));

        row.ReadFails = true;
        await Assert.ThrowsAsync<IOException>(durable.RefreshIfUnsureAsync);
        row.ReadFails = false;
        await durable.RefreshIfUnsureAsync();

        Assert.Equal(new Box(1), durable.State);
    }

    [Fact]
    public async Task Who_loses_a_race_decides_again_on_what_the_winner_wrote()
    {
        var durable = new DurableState<Box>(row);
        row.WrittenByOthers = new Box(10);

        var seen = await durable.DecideAsync(box => (box.Number, new Box(box.Number + 1)));

        Assert.Equal((10, new Box(11), new Box(11)), (seen, durable.State, row.Stored));
    }

    [Fact]
    public async Task Who_loses_five_times_in_a_row_gives_up()
    {
        var durable = new DurableState<Box>(row);
        var decisions = 0;
        for (var i = 0; i < 10; i++)
            row.Faults.Enqueue((new InconsistentStateException("lost"), false));

        await Assert.ThrowsAsync<InconsistentStateException>(() => durable.DecideAsync(box => (++decisions, new Box(1))));

        Assert.Equal((5, 5), (decisions, row.Writes));
    }

    [Fact]
    public async Task A_decision_that_changes_nothing_writes_nothing()
    {
        var durable = new DurableState<Box>(row);

        Assert.Equal("same", await durable.DecideAsync(box => ("same", box)));
        Assert.Equal("equal", await durable.DecideAsync(box => ("equal", new Box(0))));
        await durable.ApplyAsync(box => box);

        Assert.Equal(0, row.Writes);
    }

    [Fact]
    public async Task A_decision_that_throws_leaves_everything_as_it_was()
    {
        var durable = new DurableState<Box>(row);

        await Assert.ThrowsAsync<InvalidOperationException>(() => durable.DecideAsync<bool>(_ => throw new InvalidOperationException()));
        await durable.RefreshIfUnsureAsync();

        Assert.Equal((0, 0, new Box(0)), (row.Writes, row.Reads, durable.State));
    }

    [Fact]
    public async Task What_others_wrote_is_seen_once_the_own_knowledge_is_old()
    {
        var durable = new DurableState<Box>(row, calendar);
        row.Stored = new Box(1);

        calendar.Advance(Old - TimeSpan.FromTicks(1));
        await durable.RefreshIfOlderThanAsync(Old);
        Assert.Equal((0, new Box(0)), (row.Reads, durable.State));
        calendar.Advance(TimeSpan.FromTicks(1));
        await durable.RefreshIfOlderThanAsync(Old);
        await durable.RefreshIfOlderThanAsync(Old);

        Assert.Equal((1, new Box(1)), (row.Reads, durable.State));
    }

    [Fact]
    public async Task Old_knowledge_is_not_read_again_beside_a_write_and_is_new_after_it()
    {
        var durable = new DurableState<Box>(row, calendar);
        calendar.Advance(Old);
        row.HoldWrites();
        var deciding = durable.DecideAsync(box => (true, new Box(1)));

        await durable.RefreshIfOlderThanAsync(Old);
        row.Release();
        await deciding;
        await durable.RefreshIfOlderThanAsync(Old);

        Assert.Equal((0, new Box(1)), (row.Reads, durable.State));
    }

    [Fact]
    public async Task A_decision_waits_for_a_read_that_is_under_way_and_decides_on_what_it_found()
    {
        var durable = new DurableState<Box>(row, calendar);
        calendar.Advance(Old);
        row.Stored = new Box(10);
        row.HoldReads();
        var reading = durable.RefreshIfOlderThanAsync(Old);

        var deciding = durable.DecideAsync(box => (box.Number, new Box(box.Number + 1)));
        Assert.Equal((1, 0), (row.Reads, row.Writes));
        row.Release();
        await reading;

        Assert.Equal((10, new Box(11), new Box(11)), (await deciding, durable.State, row.Stored));
    }

    [Fact]
    public async Task While_storage_is_away_old_knowledge_is_better_than_no_answer_and_decisions_go_on()
    {
        var durable = new DurableState<Box>(row, calendar);
        calendar.Advance(Old);
        row.ReadFails = true;
        row.HoldReads();
        var reading = durable.RefreshIfOlderThanAsync(Old);
        var deciding = durable.DecideAsync(box => (true, new Box(1)));
        row.Release();
        await reading;
        await deciding;
        await durable.RefreshIfOlderThanAsync(Old);

        Assert.Equal((1, 1, new Box(1)), (row.Reads, row.Writes, durable.State));
    }

    [Fact]
    public async Task A_row_is_deleted_only_while_its_state_is_as_described()
    {
        var durable = new DurableState<Box>(row);
        await durable.ApplyAsync(box => new Box(1));
        await durable.ClearIfAsync(box => box.Number == 2);
        Assert.Equal((0, new Box(1)), (row.Clears, durable.State));

        await durable.ClearIfAsync(box => box.Number == 1);
        Assert.Equal((1, new Box(0), false), (row.Clears, durable.State, row.RecordExists));
        await durable.ClearIfAsync(_ => true);
        Assert.Equal(1, row.Clears);
    }

    [Fact]
    public async Task Who_deletes_what_somebody_else_has_written_meanwhile_looks_again()
    {
        var durable = new DurableState<Box>(row);
        row.WrittenByOthers = new Box(10);

        await durable.ClearIfAsync(box => box.Number == 0);

        Assert.Equal((1, new Box(10), new Box(10)), (row.Clears, durable.State, row.Stored));
    }

    [Fact]
    public async Task After_a_failed_delete_what_storage_holds_is_read_before_anything_else()
    {
        var durable = new DurableState<Box>(row);
        await durable.ApplyAsync(box => new Box(1));
        row.Faults.Enqueue((new IOException(), true));
        await Assert.ThrowsAsync<IOException>(() => durable.ClearIfAsync(_ => true));

        Assert.Equal(new Box(0), await durable.DecideAsync(box => (box, box)));
        Assert.Equal(1, row.Reads);
    }

    private sealed record Box(int Number);

    private sealed class TestRow : IPersistentState<Box>
    {
        private TaskCompletionSource? hold;
        private bool holdReads;
        private bool holdWrites;

        public Queue<(Exception Error, bool Stored)> Faults { get; } = new();

        public Box Stored { get; set; } = new(0);

        public Box? WrittenByOthers { get; set; }

        public bool ReadFails { get; set; }

        public int Reads { get; private set; }

        public int Writes { get; private set; }

        public Box State { get; set; } = new(0);

        public string? Etag => null;

        public bool RecordExists { get; private set; } = true;

        public int Clears { get; private set; }

        public void HoldReads() => (hold, holdReads) = (new TaskCompletionSource(), true);

        public void HoldWrites() => (hold, holdWrites) = (new TaskCompletionSource(), true);

        public void Release() => hold!.SetResult();

        public async Task ReadStateAsync()
        {
            Reads++;
            if (holdReads)
                await hold!.Task;
            if (ReadFails)
                throw new IOException("read");
            State = Stored;
        }

        public async Task WriteStateAsync()
        {
            var next = State;
            Writes++;
            if (holdWrites)
                await hold!.Task;
            if (WrittenByOthers is { } others)
            {
                (Stored, WrittenByOthers) = (others, null);
                throw new InconsistentStateException("others");
            }

            if (!Faults.TryDequeue(out var fault))
                Stored = next;
            else if (fault.Stored)
                Stored = next;
            if (fault.Error is not null)
                throw fault.Error;
        }

        public Task ClearStateAsync()
        {
            Clears++;
            if (WrittenByOthers is { } others)
            {
                (Stored, WrittenByOthers) = (others, null);
                throw new InconsistentStateException("others");
            }

            if (Faults.TryDequeue(out var fault) && !fault.Stored)
                throw fault.Error;
            (Stored, State, RecordExists) = (new Box(0), new Box(0), false);
            return fault.Error is null ? Task.CompletedTask : Task.FromException(fault.Error);
        }
    }
}

using Payments.Storage.Rows;
using Payments.Storage.Tests.Databases;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>Grouping, and every way in which a commit can go wrong, step by step.</summary>
public sealed class WriterLoopTests : IAsyncLifetime
{
    private static readonly IOException ConnectionLost = new("the connection was lost");

    private readonly ScriptedStore _store = new();
    private readonly WatchedTime _time = new();
    private readonly StorageOptions _options = new() { MaxBatch = 4, QueueLimit = 8, WriteTimeout = TimeSpan.FromSeconds(10) };
    private StorageUnderTest _storage = null!;

    public Task InitializeAsync()
    {
        _storage = new StorageUnderTest(_store, _options, _time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _storage.Grains.StopAsync(now.Token);
        await _storage.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_forms_while_the_one_before_is_committed()
    {
        var first = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        Assert.Single(commit.Batch);
        var later = Enumerable.Range(0, 6).Select(_ => WriteAsync(Order.NewGrain())).ToArray();
        Assert.True(_store.NothingArrived);
        Assert.Equal(6, _storage.Grains.QueueLength);
        commit.Succeed();
        await first;
        await CommitNextAsync(rows: 4);
        await CommitNextAsync(rows: 2);
        await Task.WhenAll(later);
        Assert.Equal((7L, 3L), (_storage.Grains.RowsWritten, _storage.Grains.Commits));
    }

    [Fact]
    public async Task Two_writes_of_one_row_go_into_two_batches_in_their_order()
    {
        var blocker = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        var grain = Order.NewGrain();
        var writes = new[] { WriteAsync(grain, "first"), WriteAsync(Order.NewGrain()), WriteAsync(grain, "second"), WriteAsync(grain, "third") };
        commit.Succeed();
        await blocker;
        await CommitNextAsync(rows: 2);
        await CommitNextAsync(rows: 1);
        await CommitNextAsync(rows: 1);
        var outcomes = await Task.WhenAll(writes.Select(Outcome.OfAsync));
        Assert.Null(outcomes[0]);
        Assert.IsType<InconsistentStateException>(outcomes[2]);
        Assert.IsType<InconsistentStateException>(outcomes[3]);
        Assert.Equal(2, _storage.Grains.Conflicts);
    }

    [Fact]
    public async Task A_batch_is_bounded_in_bytes()
    {
        _options.MaxBatchBytes = 1000;
        await using var storage = new StorageUnderTest(_store, _options, _time);
        var writes = Enumerable.Range(0, 5).Select(_ => storage.Grains.WriteStateAsync("state", Order.NewGrain(), NewState(new string('x', 600)))).ToArray();
        for (var rows = 0; rows < 5;)
        {
            var commit = await _store.NextCommitAsync();
            Assert.InRange(commit.Batch.Length, 1, 2);
            rows += commit.Batch.Length;
            commit.Succeed();
        }

        await Task.WhenAll(writes);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_reported_as_success()
    {
        var grain = Order.NewGrain();
        var create = WriteAsync(grain);
        (await _store.NextCommitAsync()).CommitAndFail(ConnectionLost);
        await CommitNextAsync(rows: 1);
        var state = await create;
        Assert.Equal(_store.Rows.Values.Single().Result.ToString(), state.ETag);

        var update = _storage.Grains.WriteStateAsync("state", grain, state);
        (await _store.NextCommitAsync()).CommitAndFail(ConnectionLost);
        await CommitNextAsync(rows: 1);
        await update;
        Assert.StartsWith("2-", state.ETag);

        var clear = _storage.Grains.ClearStateAsync("state", grain, state);
        (await _store.NextCommitAsync()).CommitAndFail(ConnectionLost);
        await CommitNextAsync(rows: 1);
        await clear;
        Assert.Empty(_store.Rows);
        Assert.Equal(0, _storage.Grains.Conflicts);
    }

    [Fact]
    public async Task A_commit_that_did_not_happen_is_made_on_a_new_connection()
    {
        var write = WriteAsync(Order.NewGrain());
        (await _store.NextCommitAsync()).Fail(ConnectionLost);
        await CommitNextAsync(rows: 1);
        await write;
        Assert.Equal(2, _store.WritersOpened);
    }

    [Fact]
    public async Task A_first_attempt_that_commits_after_the_second_changes_nothing()
    {
        var write = WriteAsync(Order.NewGrain(), "once");
        var first = await _store.NextCommitAsync();
        first.Fail(ConnectionLost);
        await CommitNextAsync(rows: 1);
        var state = await write;
        Assert.Equal(RowOutcome.Done, _store.Apply(first.Batch).Single());
        Assert.Equal(state.ETag, _store.Rows.Values.Single().Result.ToString());
    }

    [Fact]
    public async Task Another_writer_between_the_attempts_is_a_conflict()
    {
        var grain = Order.NewGrain();
        var write = WriteAsync(grain);
        (await _store.NextCommitAsync()).Fail(ConnectionLost);
        var retry = await _store.NextCommitAsync();
        _store.Apply([retry.Batch[0] with { Token = 42 }]);
        retry.Succeed();
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        Assert.Equal("1-000000000000002a", conflict.StoredEtag);
    }

    [Fact]
    public async Task A_clear_of_a_missing_row_is_a_conflict_unless_an_earlier_attempt_may_have_done_it()
    {
        var state = new GrainState<Order>(new Order(), "1-0000000000000001");
        var clear = _storage.Grains.ClearStateAsync("state", Order.NewGrain(), state);
        (await _store.NextCommitAsync()).Succeed();
        await Assert.ThrowsAsync<InconsistentStateException>(() => clear);
    }

    [Fact]
    public async Task The_first_retry_is_immediate_and_later_ones_wait_longer_and_longer()
    {
        var write = WriteAsync(Order.NewGrain());
        (await _store.NextCommitAsync()).Fail(ConnectionLost);
        var waited = new List<TimeSpan>();
        for (var retry = 0; retry < 8; retry++)
        {
            (await _store.NextCommitAsync()).Fail(ConnectionLost);
            waited.Add(await WaitForBackoffAsync());
            _time.Clock.Advance(waited[^1]);
        }

        (await _store.NextCommitAsync()).Succeed();
        await write;
        Assert.Equal(waited.Order(), waited);
        Assert.InRange(waited[0], TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(TimeSpan.FromSeconds(1), waited[^1]);
    }

    [Fact]
    public async Task When_the_timeout_ends_a_sent_write_is_unknown_and_an_unsent_one_is_not_stored()
    {
        var sent = WriteAsync(Order.NewGrain());
        await _store.NextCommitAsync();
        var queued = WriteAsync(Order.NewGrain());
        _time.Clock.Advance(_options.WriteTimeout);
        Assert.True((await Assert.ThrowsAsync<StorageWriteException>(() => sent)).OutcomeUnknown);
        Assert.False((await Assert.ThrowsAsync<StorageWriteException>(() => queued)).OutcomeUnknown);
        Assert.True(_store.NothingArrived);
        Assert.Empty(_store.Rows);
    }

    [Fact]
    public async Task The_writer_goes_on_after_a_failed_batch()
    {
        var failed = WriteAsync(Order.NewGrain());
        (await _store.NextCommitAsync()).Fail(new InvalidOperationException("disk full"));
        var exception = await Assert.ThrowsAsync<StorageWriteException>(() => failed);
        Assert.False(exception.OutcomeUnknown);
        Assert.Contains("disk full", exception.Message, StringComparison.Ordinal);
        var next = WriteAsync(Order.NewGrain());
        await CommitNextAsync(rows: 1);
        await next;
    }

    [Fact]
    public async Task Every_caller_of_a_failed_batch_is_told()
    {
        var blocker = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        var writes = Enumerable.Range(0, 3).Select(_ => WriteAsync(Order.NewGrain())).ToArray();
        commit.Succeed();
        await blocker;
        (await _store.NextCommitAsync()).Fail(new InvalidOperationException("no permission"));
        foreach (var write in writes)
            await Assert.ThrowsAsync<StorageWriteException>(() => write);
    }

    [Fact]
    public async Task A_value_that_the_database_refuses_fails_alone()
    {
        var blocker = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        var writes = Enumerable.Range(0, 3).Select(_ => WriteAsync(Order.NewGrain())).ToArray();
        commit.Succeed();
        await blocker;
        (await _store.NextCommitAsync()).Fail(new FormatException("bad value"));
        await CommitNextAsync(rows: 1);
        (await _store.NextCommitAsync()).Fail(new FormatException("bad value"));
        await CommitNextAsync(rows: 1);
        var outcomes = await Task.WhenAll(writes.Select(Outcome.OfAsync));
        Assert.Null(outcomes[0]);
        Assert.False(Assert.IsType<StorageWriteException>(outcomes[1]).OutcomeUnknown);
        Assert.Null(outcomes[2]);
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_fails_the_write_as_not_stored()
    {
        _store.OpenFailure = new InvalidOperationException("wrong password");
        Assert.False((await Assert.ThrowsAsync<StorageWriteException>(() => WriteAsync(Order.NewGrain()))).OutcomeUnknown);
        _store.OpenFailure = null;
        var next = WriteAsync(Order.NewGrain());
        await CommitNextAsync(rows: 1);
        await next;
    }

    [Fact]
    public async Task A_caller_who_leaves_while_queued_takes_the_write_with_him()
    {
        var blocker = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        using var leave = new CancellationTokenSource();
        var withdrawn = _storage.Grains.WriteStateAsync("state", Order.NewGrain(), NewState(), leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        var stays = WriteAsync(Order.NewGrain());
        commit.Succeed();
        await blocker;
        await CommitNextAsync(rows: 1);
        await stays;
        Assert.Equal(2, _store.Rows.Count);
    }

    [Fact]
    public async Task A_full_queue_holds_callers_back_and_lets_them_in_again()
    {
        var blocker = WriteAsync(Order.NewGrain());
        var commit = await _store.NextCommitAsync();
        var writes = Enumerable.Range(0, _options.QueueLimit + 3).Select(_ => WriteAsync(Order.NewGrain())).ToArray();
        Assert.Equal(_options.QueueLimit, _storage.Grains.QueueLength);
        commit.Succeed();
        await blocker;
        for (var rows = 0; rows < writes.Length;)
        {
            var next = await _store.NextCommitAsync();
            rows += next.Batch.Length;
            next.Succeed();
        }

        await Task.WhenAll(writes);
    }

    [Fact]
    public async Task A_caller_held_back_by_a_full_queue_gives_up_with_its_own_token_or_the_timeout()
    {
        _ = WriteAsync(Order.NewGrain());
        await _store.NextCommitAsync();
        for (var i = 0; i < _options.QueueLimit; i++)
            _ = Outcome.OfAsync(WriteAsync(Order.NewGrain()));
        using var leave = new CancellationTokenSource();
        var impatient = _storage.Grains.WriteStateAsync("state", Order.NewGrain(), NewState(), leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        var heldBack = WriteAsync(Order.NewGrain());
        _time.Clock.Advance(_options.WriteTimeout);
        Assert.False((await Assert.ThrowsAsync<StorageWriteException>(() => heldBack)).OutcomeUnknown);
    }

    [Fact]
    public async Task A_stop_that_loses_patience_tells_everyone()
    {
        var sent = WriteAsync(Order.NewGrain());
        await _store.NextCommitAsync();
        var queued = WriteAsync(Order.NewGrain());
        using var patience = new CancellationTokenSource();
        var stopping = _storage.Grains.StopAsync(patience.Token);
        await patience.CancelAsync();
        await stopping;
        Assert.True((await Assert.ThrowsAsync<StorageWriteException>(() => sent)).OutcomeUnknown);
        Assert.False((await Assert.ThrowsAsync<StorageWriteException>(() => queued)).OutcomeUnknown);
    }

    private static GrainState<Order> NewState(string text = "") => new(new Order { Text = text });

    private async Task<GrainState<Order>> WriteAsync(GrainId grain, string text = "")
    {
        var state = NewState(text);
        await _storage.Grains.WriteStateAsync("state", grain, state);
        return state;
    }

    private async Task CommitNextAsync(int rows)
    {
        var commit = await _store.NextCommitAsync();
        Assert.Equal(rows, commit.Batch.Length);
        commit.Succeed();
    }

    // The other timers are write timeouts.
    private async Task<TimeSpan> WaitForBackoffAsync()
    {
        while (true)
        {
            var started = await _time.TimersStarted.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (started < _options.WriteTimeout)
                return started;
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Reminders;
using Orleans.Standin;

namespace Orleans.Runtime;

/// <summary>Fires the reminders of the table. All its work is done in a turn queue of its own; the table is read when the silo becomes
/// active and then periodically, because others may write to it.</summary>
internal sealed partial class LocalReminderService : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly IReminderTable _table;
    private readonly IGrainFactory _grains;
    private readonly ReminderOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TurnQueue _turns;
    private readonly Dictionary<ReminderKey, LocalReminder> _local = [];
    private readonly Dictionary<ReminderKey, long> _removed = [];
    private ITimer? _refresh;
    private TaskCompletionSource? _quiescent;
    private long _sequence;
    private int _delivering;
    private bool _isActive;

    public LocalReminderService(
        IReminderTable table,
        IGrainFactory grains,
        ITurnDispatcher dispatcher,
        IOptions<ReminderOptions> options,
        [FromKeyedServices(ReminderTimeProviderNames.Reminders)] TimeProvider clock,
        ILogger<LocalReminderService> logger)
    {
        _table = table;
        _grains = grains;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _turns = new TurnQueue(dispatcher, context: null);
    }

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<LocalReminderService>(
            ServiceLifecycleStage.RuntimeGrainServices,
            token => _turns.RunAsync(() => _table.StartAsync(token)),
            token => _turns.RunAsync(() => _table.StopAsync(token)));
        lifecycle.Subscribe<LocalReminderService>(
            ServiceLifecycleStage.Active, _ => _turns.RunAsync(StartAsync), token => _turns.RunAsync(StopAsync).WaitAsync(token));
    }

    public Task<IGrainReminder> RegisterAsync(GrainId grainId, string name, TimeSpan dueTime, TimeSpan period) =>
        _turns.RunAsync<IGrainReminder>(async () =>
        {
            var entry = new ReminderEntry { GrainId = grainId, ReminderName = name, StartAt = Now.Add(dueTime), Period = period };
            entry.ETag = await _table.UpsertRow(entry) ?? throw new ReminderException(
                $"Could not register reminder {entry} to reminder table due to a race. Please try again later.");
            AddOrUpdate(entry, ++_sequence);
            return new GrainReminder(entry);
        });

    public Task UnregisterAsync(GrainReminder reminder) => _turns.RunAsync(async () =>
    {
        if (!await _table.RemoveRow(reminder.GrainId, reminder.ReminderName, reminder.ETag)
            && await _table.ReadRow(reminder.GrainId, reminder.ReminderName) is not null)
        {
            throw new ReminderException(
                $"Could not unregister reminder {reminder.ReminderName} from the reminder table, due to tag mismatch. You can retry.");
        }

        var key = new ReminderKey(reminder.GrainId, reminder.ReminderName);
        _removed[key] = ++_sequence;
        Remove(key);
    });

    public Task<IGrainReminder?> GetAsync(GrainId grainId, string name) => _turns.RunAsync<IGrainReminder?>(async () =>
        await _table.ReadRow(grainId, name) is { } entry ? new GrainReminder(entry) : null);

    public Task<List<IGrainReminder>> GetAllAsync(GrainId grainId) => _turns.RunAsync(async () =>
        (await _table.ReadRows(grainId)).Reminders.Select(entry => (IGrainReminder)new GrainReminder(entry)).ToList());

    private async Task StartAsync()
    {
        _isActive = true;
        using (ExecutionContext.SuppressFlow())
        {
            _refresh = _clock.CreateTimer(
                _ => _turns.QueueAction(() => _ = RefreshAsync()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        foreach (var reminder in _local.Values)
            Arm(reminder, ReminderSchedule.Next(reminder.Entry, Now));
        await RefreshAsync();
    }

    private async Task StopAsync()
    {
        _isActive = false;
        _refresh?.Dispose();
        foreach (var key in _local.Keys.ToArray())
            Remove(key);
        if (_delivering > 0)
        {
            _quiescent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _quiescent.Task;
        }
    }

    private async Task RefreshAsync()
    {
        if (!_isActive)
            return;
        var readAt = _sequence;
        try
        {
            var table = await _table.ReadRows(0, 0);
            if (_isActive)
                Reconcile(table.Reminders, readAt);
        }
        catch (Exception exception)
        {
            // The table may be back at the next reading.
            LogReadFailed(_logger, exception);
        }

        if (_isActive)
            _refresh!.Change(_options.RefreshReminderListPeriod, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes over what was read, except where this silo changed a reminder after the reading began.</summary>
    private void Reconcile(IList<ReminderEntry> entries, long readAt)
    {
        var missing = _local.Where(pair => pair.Value.Sequence <= readAt).Select(pair => pair.Key).ToHashSet();
        foreach (var entry in entries)
        {
            var key = new ReminderKey(entry.GrainId, entry.ReminderName);
            missing.Remove(key);
            var known = _local.GetValueOrDefault(key);
            var isStale = known?.Sequence > readAt || (_removed.TryGetValue(key, out var removedAt) && removedAt > readAt);
            if (!isStale && known?.Entry.ETag != entry.ETag)
                AddOrUpdate(entry, readAt);
        }

        foreach (var key in missing)
            Remove(key);
        foreach (var key in _removed.Where(pair => pair.Value <= readAt).Select(pair => pair.Key).ToArray())
            _removed.Remove(key);
    }

    private void AddOrUpdate(ReminderEntry entry, long sequence)
    {
        var key = new ReminderKey(entry.GrainId, entry.ReminderName);
        if (!_local.TryGetValue(key, out var reminder))
        {
            reminder = _local[key] = new LocalReminder();
            using (ExecutionContext.SuppressFlow())
            {
                var added = reminder;
                reminder.Timer = _clock.CreateTimer(
                    _ => _turns.QueueAction(() => _ = FireAsync(added)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        reminder.Entry = entry;
        reminder.Sequence = sequence;
        reminder.Schedule++;
        if (_isActive && !reminder.IsDelivering)
            Arm(reminder, ReminderSchedule.Next(entry, Now));
    }

    private void Remove(ReminderKey key)
    {
        if (!_local.Remove(key, out var reminder))
            return;
        reminder.IsRemoved = true;
        reminder.Timer.Dispose();
    }

    private void Arm(LocalReminder reminder, DateTime tick)
    {
        reminder.Tick = tick;
        var delay = tick - Now;
        delay = delay < LocalReminder.DelayMin ? LocalReminder.DelayMin : delay > LocalReminder.DelayMax ? LocalReminder.DelayMax : delay;
        reminder.Timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private async Task FireAsync(LocalReminder reminder)
    {
        if (!_isActive || reminder.IsRemoved || reminder.IsDelivering)
            return;
        var now = Now;
        if (now < reminder.Tick)
        {
            // The timer could not wait that long, or the schedule changed meanwhile.
            Arm(reminder, reminder.Tick);
            return;
        }

        var (entry, schedule) = (reminder.Entry, reminder.Schedule);
        reminder.IsDelivering = true;
        _delivering++;
        try
        {
            await _grains.GetGrain<IRemindable>(entry.GrainId)
                .ReceiveReminder(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, now));
        }
        catch (Exception exception)
        {
            // The next tick is the retry.
            LogDeliveryFailed(_logger, exception, entry);
        }

        reminder.IsDelivering = false;
        if (--_delivering == 0)
            _quiescent?.TrySetResult();
        if (_isActive && !reminder.IsRemoved)
        {
            Arm(reminder, reminder.Schedule == schedule
                ? ReminderSchedule.Following(entry, reminder.Tick, Now)
                : ReminderSchedule.Next(reminder.Entry, Now));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Exception reading reminders; will read again.")]
    private static partial void LogReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not deliver reminder tick for {Reminder}.")]
    private static partial void LogDeliveryFailed(ILogger logger, Exception exception, ReminderEntry reminder);

    private readonly record struct ReminderKey(GrainId GrainId, string Name);

    private sealed class LocalReminder
    {
        public static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(1);

        // Well below what timers can hold.
        public static readonly TimeSpan DelayMax = TimeSpan.FromDays(1);

        public ITimer Timer { get; set; } = null!;

        public ReminderEntry Entry { get; set; } = null!;

        /// <summary>The last local change, to tell it from older readings of the table.</summary>
        public long Sequence { get; set; }

        /// <summary>Counts schedules, so that a delivery notices a change.</summary>
        public long Schedule { get; set; }

        public DateTime Tick { get; set; }

        public bool IsDelivering { get; set; }

        public bool IsRemoved { get; set; }
    }
}

/// <summary>What a grain holds of its reminder; the ETag makes it a handle of one version.</summary>
[GenerateSerializer, Immutable]
internal sealed class GrainReminder(ReminderEntry entry) : IGrainReminder
{
    public GrainId GrainId { get; } = entry.GrainId;

    public string ReminderName { get; } = entry.ReminderName;

    public string ETag { get; } = entry.ETag!;
}

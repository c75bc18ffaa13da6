using System.Globalization;

namespace Payments.Conformance;

[Alias("conformance.IReminderGrain")]
public interface IReminderGrain : IGrainWithStringKey
{
    [Alias("Register")]
    Task RegisterAsync(string name, TimeSpan dueTime, TimeSpan period);

    [Alias("Unregister")]
    Task<bool> UnregisterAsync(string name);

    [Alias("List")]
    Task<string> ListAsync();

    /// <summary>Keeps the handle of a registration, registers anew, and unregisters with the old handle.</summary>
    [Alias("UnregisterStale")]
    Task UnregisterStaleAsync(string name);
}

/// <summary>Records its ticks as "name period ticksSinceFirst".</summary>
public sealed class ReminderGrain(Probe probe) : Grain, IReminderGrain, IRemindable
{
    public Task RegisterAsync(string name, TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(name, dueTime, period);

    public async Task<bool> UnregisterAsync(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
            return false;
        await this.UnregisterReminder(reminder);
        return true;
    }

    public async Task<string> ListAsync() => string.Join(',', (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order());

    public async Task UnregisterStaleAsync(string name)
    {
        var stale = await this.RegisterOrUpdateReminder(name, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await this.RegisterOrUpdateReminder(name, TimeSpan.FromHours(2), TimeSpan.FromHours(2));
        await this.UnregisterReminder(stale);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var sinceFirst = status.CurrentTickTime - status.FirstTickTime;
        probe.Record(
            this.GetPrimaryKeyString(),
            string.Create(CultureInfo.InvariantCulture, $"{reminderName} {status.Period.TotalMilliseconds} {sinceFirst >= TimeSpan.Zero}"));
        return reminderName == "failing" ? throw new InvalidOperationException("tick refused") : Task.CompletedTask;
    }
}

[Alias("conformance.ITimerGrain")]
public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Starts a timer whose ticks record "tick".</summary>
    [Alias("Start")]
    Task StartAsync(TimeSpan dueTime, TimeSpan period, bool interleave);

    /// <summary>Starts a timer that fails at every tick.</summary>
    [Alias("StartFailing")]
    Task StartFailingAsync();

    [Alias("Change")]
    Task ChangeAsync(TimeSpan dueTime, TimeSpan period);

    [Alias("Dispose")]
    Task DisposeTimerAsync();

    /// <summary>Starts a timer whose tick waits until its token is cancelled.</summary>
    [Alias("StartWaiting")]
    Task StartWaitingAsync();

    [Alias("Hold")]
    Task HoldAsync(string gate);

    /// <summary>Starts an interleaving timer that changes itself at its first tick.</summary>
    [Alias("StartChanging")]
    Task StartChangingAsync();
}

public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;

    private string Topic => this.GetPrimaryKeyString();

    public Task StartAsync(TimeSpan dueTime, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            static (grain, _) => grain.RecordAsync("tick"),
            this,
            new GrainTimerCreationOptions { DueTime = dueTime, Period = period, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailingAsync()
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                await RecordAsync("failing");
                throw new InvalidOperationException("tick fails");
            },
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(20));
        return Task.CompletedTask;
    }

    public Task ChangeAsync(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task DisposeTimerAsync()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task StartWaitingAsync()
    {
        _timer = this.RegisterGrainTimer(
            async token =>
            {
                await RecordAsync("waiting");
                var cancelled = new TaskCompletionSource();
                await using var registration = token.Register(() => cancelled.TrySetResult());
                await cancelled.Task;
                await RecordAsync("cancelled");
            },
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        return Task.CompletedTask;
    }

    public Task HoldAsync(string gate) => probe.PassAsync(gate);

    public Task StartChangingAsync()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                _timer!.Change(TimeSpan.FromMilliseconds(10), Timeout.InfiniteTimeSpan);
                return RecordAsync("tick");
            },
            TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    private Task RecordAsync(string value)
    {
        probe.Record(Topic, value);
        return Task.CompletedTask;
    }
}

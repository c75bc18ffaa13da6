using Orleans.Standin;

namespace Payments.Simulation.Engine;

/// <summary>
/// A process: whose turns, tasks and timers something is. When it dies, all of that is dropped, wherever it stood; what it has sent is on its way all
/// the same. While it is paused, all of that waits.
/// </summary>
internal sealed class Machine(World world, string name) : TaskScheduler, ITurnDispatcher
{
    private readonly List<object> held = [];

    public World World => world;

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused { get; private set; }

    /// <summary>By how much its clock is ahead of the true time.</summary>
    public TimeSpan ClockOffset { get; set; }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>What takes a turn of the runtime.</summary>
    public void Dispatch(IThreadPoolWorkItem turns) => world.Post(this, turns);

    /// <summary>Begins asynchronous work. What it throws fails the run: it has to deal with that itself.</summary>
    public void Begin(Func<Task> work) => world.Post(this, (Action)(() => _ = new TaskFactory(this).StartNew(work)));

    public void Die()
    {
        IsAlive = false;
        held.Clear();
    }

    /// <summary>Nothing of it runs for so long; its clock goes on.</summary>
    public void Pause(TimeSpan length)
    {
        IsPaused = true;
        world.After(length, () =>
        {
            IsPaused = false;
            foreach (var item in held)
                world.Post(this, item);
            held.Clear();
        });
    }

    public void Run(object item)
    {
        if (!IsAlive)
            return;
        if (IsPaused)
        {
            held.Add(item);
            return;
        }

        switch (item)
        {
            case IThreadPoolWorkItem turns:
                turns.Execute();
                break;
            case Task task:
                TryExecuteTask(task);
                break;
            default:
                ((Action)item)();
                break;
        }
    }

    public override string ToString() => name;

    protected override void QueueTask(Task task) => world.Post(this, task);

    // Every continuation is a step of its own, so that a crash can come before it.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

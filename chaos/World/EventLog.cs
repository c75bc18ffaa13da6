using System.Collections.Concurrent;
using Payments.Chaos.Load;

namespace Payments.Chaos.World;

/// <summary>What was done to a process.</summary>
internal enum EventKind
{
    /// <summary>SIGKILL to a silo.</summary>
    SiloKilled,

    /// <summary>SIGTERM to a silo.</summary>
    SiloStopped,

    /// <summary>A silo ended without having been told to.</summary>
    SiloEndedByItself,

    /// <summary>SIGKILL to the sandbox: providers and merchants at once.</summary>
    SandboxKilled,

    /// <summary>PostgreSQL shut down as an operator does it, and started again.</summary>
    DatabaseRestarted,

    /// <summary>SIGKILL to PostgreSQL, and started again.</summary>
    DatabaseKilled,
}

/// <summary>One such deed.</summary>
/// <param name="Kind">What.</param>
/// <param name="Target">To whom, for people.</param>
/// <param name="At">When, on the run's clock.</param>
internal sealed record ChaosEvent(EventKind Kind, string Target, TimeSpan At)
{
    /// <summary>When the process was back and ready; null while it is not.</summary>
    public TimeSpan? BackAt { get; set; }

    /// <summary>When the other silos had declared it dead; null when they had not before it was back, or nobody looked.</summary>
    public TimeSpan? DeclaredDeadAt { get; set; }
}

/// <summary>All deeds of a run, each told as it happens.</summary>
internal sealed class EventLog(Clock clock, TextWriter output)
{
    private readonly ConcurrentQueue<ChaosEvent> events = new();

    /// <summary>In order of time.</summary>
    public IReadOnlyList<ChaosEvent> All => [.. events];

    /// <summary>How many of one kind.</summary>
    public int Count(EventKind kind) => events.Count(found => found.Kind == kind);

    /// <summary>Notes a deed that is about to be done.</summary>
    public ChaosEvent Begin(EventKind kind, string target)
    {
        var begun = new ChaosEvent(kind, target, clock.Now);
        events.Enqueue(begun);
        Say($"{Words(kind)}: {target}");
        return begun;
    }

    /// <summary>Notes that the process is back.</summary>
    public void Back(ChaosEvent begun)
    {
        begun.BackAt = clock.Now;
        Say($"back after {(begun.BackAt.Value - begun.At).TotalSeconds:F1} s: {begun.Target}");
    }

    /// <summary>Tells something with its time.</summary>
    public void Say(string line) => output.WriteLine($"{clock.Now.TotalSeconds,7:F1} s  {line}");

    /// <summary>A kind in words.</summary>
    public static string Words(EventKind kind) => kind switch
    {
        EventKind.SiloKilled => "silo killed (SIGKILL)",
        EventKind.SiloStopped => "silo stopped (SIGTERM)",
        EventKind.SiloEndedByItself => "silo ended by itself",
        EventKind.SandboxKilled => "sandbox killed (SIGKILL)",
        EventKind.DatabaseRestarted => "PostgreSQL restarted",
        _ => "PostgreSQL killed (SIGKILL)",
    };
}

using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>A timer of one activation. Its ticks are turns of the grain; the next tick is scheduled when the last one ended.</summary>
    public interface IGrainTimer : IDisposable
    {
        /// <summary>Reschedules; during a tick the change takes effect when the tick ends.</summary>
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    /// <summary>When a grain timer ticks and what its ticks do to the activation.</summary>
    public readonly struct GrainTimerCreationOptions()
    {
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>Until the first tick; infinite for never.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>From the end of a tick to the next one; infinite for a single tick.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Whether ticks interleave with calls and other ticks.</summary>
        public bool Interleave { get; init; }

        /// <summary>Whether a tick counts as use and so puts off idle deactivation.</summary>
        public bool KeepAlive { get; init; }
    }
}

namespace Orleans.Timers
{
    /// <summary>Makes grain timers.</summary>
    public interface ITimerRegistry
    {
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}

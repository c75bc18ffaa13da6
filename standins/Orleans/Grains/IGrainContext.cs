using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>One activation of a grain, as the grain and its components see it.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    object? GrainInstance { get; }

    ActivationId ActivationId { get; }

    IServiceProvider ActivationServices { get; }

    IGrainLifecycle ObservableLifecycle { get; }

    /// <summary>Queues work into the grain's turns.</summary>
    IWorkItemScheduler Scheduler { get; }

    /// <summary>Completes when the activation is gone.</summary>
    Task Deactivated { get; }

    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>Queues work into a grain's turns.</summary>
public interface IWorkItemScheduler
{
    void QueueAction(Action action);

    void QueueTask(Task task);

    void QueueAction(Action<object> action, object state);
}

/// <summary>The activation whose turn runs now.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}

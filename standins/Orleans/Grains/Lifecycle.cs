using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Something with stages that others take part in.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Takes part in a stage until the returned subscription is disposed of.</summary>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>Started in ascending, stopped in descending order of stages.</summary>
    public interface ILifecycleObserver
    {
        Task OnStart(CancellationToken cancellationToken = default);

        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>A service that takes part in a lifecycle.</summary>
    public interface ILifecycleParticipant<TLifecycleObservable> where TLifecycleObservable : ILifecycleObservable
    {
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>Subscriptions by delegates.</summary>
    public static class LifecycleExtensions
    {
        public static IDisposable Subscribe(
            this ILifecycleObservable observable,
            string observerName,
            int stage,
            Func<CancellationToken, Task> onStart,
            Func<CancellationToken, Task>? onStop = null)
        {
            ArgumentNullException.ThrowIfNull(observable);
            ArgumentNullException.ThrowIfNull(onStart);
            return observable.Subscribe(observerName, stage, new DelegateObserver(onStart, onStop));
        }

        public static IDisposable Subscribe<TObserver>(
            this ILifecycleObservable observable,
            int stage,
            Func<CancellationToken, Task> onStart,
            Func<CancellationToken, Task>? onStop = null) =>
            observable.Subscribe(typeof(TObserver).FullName!, stage, onStart, onStop);

        public static IDisposable Subscribe(this ILifecycleObservable observable, int stage, ILifecycleObserver observer) =>
            observable.Subscribe(observer.GetType().FullName!, stage, observer);

        private sealed class DelegateObserver(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken) => onStart(cancellationToken);

            public Task OnStop(CancellationToken cancellationToken) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
        }
    }

    /// <summary>The stages of a silo; numbers are those of Orleans.</summary>
    public static class ServiceLifecycleStage
    {
        public const int First = int.MinValue;
        public const int RuntimeInitialize = 2000;
        public const int RuntimeServices = 4000;
        public const int RuntimeStorageServices = 6000;
        public const int RuntimeGrainServices = 8000;
        public const int AfterRuntimeGrainServices = 8100;
        public const int ApplicationServices = 10000;
        public const int GrainDeactivation = BecomeActive - 1;
        public const int BecomeActive = Active - 1;
        public const int Active = 20000;
        public const int Last = int.MaxValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>The stages of one activation.</summary>
    public interface IGrainLifecycle : ILifecycleObservable;

    /// <summary>The stages of the silo.</summary>
    public interface ISiloLifecycle : ILifecycleObservable
    {
        int HighestCompletedStage { get; }

        int LowestStoppedStage { get; }
    }

    /// <summary>The stages of an activation; numbers are those of Orleans.</summary>
    public static class GrainLifecycleStage
    {
        public const int First = int.MinValue;
        public const int SetupState = 1000;
        public const int Activate = 2000;
        public const int Last = int.MaxValue;
    }

    /// <summary>Runs once when the silo starts.</summary>
    public interface IStartupTask
    {
        Task Execute(CancellationToken cancellationToken);
    }

    /// <summary>Names of the clocks that can be replaced one by one (keyed <see cref="TimeProvider"/> services).</summary>
    public static class TimeProviderNames
    {
        public const string Grains = "Orleans.Grains";
        public const string Messaging = "Orleans.Messaging";
        public const string ActivationManagement = "Orleans.ActivationManagement";
    }
}

using Orleans.Core;

namespace Orleans.Core
{
    /// <summary>A stored value and its operations.</summary>
    public interface IStorage
    {
        string? Etag { get; }

        bool RecordExists { get; }

        Task ClearStateAsync();

        Task WriteStateAsync();

        Task ReadStateAsync();

        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <inheritdoc/>
    public interface IStorage<TState> : IStorage
    {
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A state of a grain, injected into its constructor and loaded before it activates.</summary>
    public interface IPersistentState<TState> : IStorage<TState>;

    /// <summary>Says where an injected <see cref="IPersistentState{TState}"/> is stored.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute : Attribute
    {
        /// <param name="stateName">The name within the grain.</param>
        /// <param name="storageName">The provider; the default one when omitted.</param>
        public PersistentStateAttribute(string stateName, string? storageName = null)
        {
            ArgumentNullException.ThrowIfNull(stateName);
            StateName = stateName;
            StorageName = storageName;
        }

        public string StateName { get; }

        public string? StorageName { get; }
    }
}

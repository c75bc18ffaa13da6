using Payments.Grains.Ports;

namespace Payments.Storage.Rows;

/// <summary>Reads pages of states past the grain storage; the same for every storage whose rows are in <c>grain_state</c>.</summary>
internal static class ListedStates
{
    private const int AttemptsMax = 3;

    /// <summary>See <see cref="IMerchantIndex.ReadPageAsync"/>. A connection that died while idle is no reason to fail.</summary>
    public static async Task<IReadOnlyList<IndexedEntry<TState>>> ReadAsync<TState>(
        IStateStore store, StateDocuments documents, string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var rows = await store.ReadListedAsync(grainType, stateName, query, cancellationToken);
                return [.. rows.Select(listed => new IndexedEntry<TState>(
                    new ListPosition(listed.CreatedAt, listed.GrainKey),
                    documents.Deserialize<TState>(new RowKey(grainType, listed.GrainKey, stateName), listed.Row.StateVersion, listed.Row.Document)!))];
            }
            catch (Exception exception) when (attempt < AttemptsMax
                && !cancellationToken.IsCancellationRequested
                && store.Classify(exception) == StoreFailure.Transient)
            {
            }
        }
    }
}

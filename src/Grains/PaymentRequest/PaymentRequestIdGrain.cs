using Orleans.Runtime;
using Payments.Grains.Ports;

namespace Payments.Grains.PaymentRequest;

/// <summary>Hands out ids from blocks: one write per block, and compare-and-swap keeps two activations from sharing one.</summary>
[GrainType("payment-request-id")]
public sealed class PaymentRequestIdGrain(
    [PersistentState("payment-request-id", GrainStorageNames.Payments)] IPersistentState<PaymentRequestIdState> storage) : Grain, IPaymentRequestIdGrain
{
    private const int BlockSize = 32;

    private readonly DurableState<PaymentRequestIdState> durable = new(storage);
    private long next;
    private long end;

    /// <inheritdoc />
    public async Task<long> NextAsync()
    {
        if (next == end)
        {
            var start = await durable.DecideAsync(state => (state.NextBlock, state with { NextBlock = state.NextBlock + BlockSize }));
            (next, end) = (start, start + BlockSize);
        }

        return next++;
    }
}

/// <summary>The stored state of the id grain.</summary>
public sealed record PaymentRequestIdState : IIndexedState
{
    /// <summary>First id of the next block.</summary>
    public long NextBlock { get; init; } = 1;

    Guid? IIndexedState.MerchantId => null;

    string IIndexedState.StatusText => "";

    DateTimeOffset? IIndexedState.DueAt => null;
}

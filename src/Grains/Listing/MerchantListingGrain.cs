using Orleans.Runtime;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;

namespace Payments.Grains.Listing;

/// <summary>See <see cref="IMerchantListingGrain"/>. It keeps nothing: it is a grain so that processes without storage can ask.</summary>
[GrainType("merchant-listing")]
public sealed class MerchantListingGrain(IMerchantIndex index) : Grain, IMerchantListingGrain
{
    private Guid MerchantId => this.GetPrimaryKey();

    /// <inheritdoc />
    public async Task<PaymentPage> ListPaymentsAsync(ListPayments query, CancellationToken cancellationToken = default)
    {
        if (query.MerchantTransactionId is { } transactionId)
            return await FindPaymentAsync(transactionId, query, cancellationToken);

        var entries = await ReadAsync<PaymentState>(
            PaymentGrain.TypeName, PaymentGrain.StateName, query.Limit,
            new(MerchantId, query.Status?.ToWire(), query.From, query.To, query.After, 0), cancellationToken);
        return new PaymentPage([.. entries.Page.Select(static entry => entry.State.ToView())], entries.Next);
    }

    /// <inheritdoc />
    public async Task<PaymentRequestPage> ListPaymentRequestsAsync(ListPaymentRequests query, CancellationToken cancellationToken = default)
    {
        var status = query.Status is { } state ? PaymentRequestState.TextOf(state) : null;
        var entries = await ReadAsync<PaymentRequestState>(
            PaymentRequestGrain.TypeName, PaymentRequestGrain.StateName, query.Limit,
            new(MerchantId, status, query.From, query.To, query.After, 0), cancellationToken);
        return new PaymentRequestPage([.. entries.Page.Select(static entry => entry.State.ToView())], entries.Next);
    }

    /// <summary>The id names the payment's grain: no search.</summary>
    private async Task<PaymentPage> FindPaymentAsync(string transactionId, ListPayments query, CancellationToken cancellationToken)
    {
        var id = PaymentIds.ForTransaction(MerchantId, transactionId);
        var payment = await GrainFactory.GetGrain<IPaymentGrain>(id).GetAsync(MerchantId, cancellationToken);
        var isListed = payment is not null
            && (query.Status is null || query.Status == payment.Status)
            && (query.From is null || payment.CreatedAt >= query.From)
            && (query.To is null || payment.CreatedAt < query.To)
            && query.After is null;
        return new PaymentPage(isListed ? [payment!] : [], Next: null);
    }

    /// <summary>Reads one entry more than the page holds, to know whether there is a next page.</summary>
    private async Task<(IReadOnlyList<IndexedEntry<TState>> Page, ListPosition? Next)> ReadAsync<TState>(
        string grainType, string stateName, int limit, MerchantQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ListLimits.Max);
        var entries = await index.ReadPageAsync<TState>(grainType, stateName, query with { Limit = limit + 1 }, cancellationToken);
        return entries.Count <= limit ? (entries, null) : ([.. entries.Take(limit)], entries[limit - 1].Position);
    }
}

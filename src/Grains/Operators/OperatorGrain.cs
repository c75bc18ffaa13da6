using Orleans.Runtime;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;

namespace Payments.Grains.Operators;

/// <summary>See <see cref="IOperatorGrain"/>. It keeps nothing: it is a grain so that processes without storage can ask.</summary>
[GrainType("operator")]
public sealed class OperatorGrain(IOperatorIndex index) : Grain, IOperatorGrain
{
    /// <inheritdoc />
    public async Task<WaitingCasePage> ListWaitingAsync(ListWaitingCases query, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, ListLimits.Max);
        var after = query.After is { } position ? new WaitingPosition(position.CreatedAt, position.Key) : null;

        // One more than the page holds, to know whether there is a next page.
        var found = await index.ListWaitingAsync(ToPort(query.For), after, query.Limit + 1, cancellationToken);
        var page = found.Take(query.Limit).ToList();
        var next = found.Count > query.Limit ? new ListPosition(page[^1].Position.Since, page[^1].Position.Key) : null;
        return new WaitingCasePage([.. page.Select(CaseOf)], next);
    }

    /// <inheritdoc />
    public Task<ProviderRead?> ReadPaymentAsync(Guid paymentId, string actor, CancellationToken cancellationToken = default) =>
        GrainFactory.GetGrain<IPaymentGrain>(paymentId).AsReference<IReadNowGrain>().ReadNowAsync(actor);

    /// <inheritdoc />
    public Task<ProviderRead?> ReadPaymentRequestAsync(long paymentRequestId, string actor, CancellationToken cancellationToken = default) =>
        GrainFactory.GetGrain<IPaymentRequestGrain>(paymentRequestId).AsReference<IReadNowGrain>().ReadNowAsync(actor);

    private static WaitingCase CaseOf(WaitingEntry entry)
    {
        var type = $"{entry.Grain.Type}";
        var id = type switch
        {
            PaymentGrain.TypeName when entry.Grain.TryGetGuidKey(out var key, out _) => $"{key:D}",
            PaymentRequestGrain.TypeName when entry.Grain.TryGetIntegerKey(out var key, out _) => $"{key}",
            _ => $"{entry.Grain.Key}",
        };
        return new WaitingCase(type, id, entry.MerchantId, entry.Status, entry.Since, entry.DueAt);
    }

    private static WaitingFor ToPort(WaitingKind kind) => kind switch
    {
        WaitingKind.Operator => WaitingFor.Operator,
        WaitingKind.Cancel => WaitingFor.Cancel,
        WaitingKind.Settlement => WaitingFor.Settlement,
        WaitingKind.DeadLetter => WaitingFor.DeadLetter,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Nothing that is waited for."),
    };
}

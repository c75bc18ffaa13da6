using Payments.Grains.Ports;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Simulation.Providers;

/// <summary>What really happened at the provider.</summary>
/// <param name="At">When, in true time.</param>
/// <param name="Kind">For instance <c>cancel</c>.</param>
/// <param name="Key">The key of the request that did it; null for what happened by itself.</param>
internal sealed record Deed(DateTimeOffset At, string Kind, string? Key);

/// <summary>A PaymentIntent with everything that really happened to it.</summary>
internal sealed class StripeIntent(string id, NewPaymentIntent created)
{
    public string Id => id;

    public Guid PaymentId => created.PaymentId;

    /// <summary>The card of a split tender, or the payment.</summary>
    public Guid OwnerId => created.AllocationId ?? created.PaymentId;

    public NewPaymentIntent Created => created;

    public Intent Status { get; set; } = Intent.RequiresConfirmation;

    public long Received { get; set; }

    public string? CancellationReason { get; set; }

    public List<Deed> Deeds { get; } = [];

    public List<StripeRefund> Refunds { get; } = [];

    /// <summary>Until when a debit can still be stopped.</summary>
    public TimeSpan StoppableUntil { get; set; }

    /// <summary>Requests that the provider refused.</summary>
    public int Refusals { get; set; }

    /// <summary>Requests for a refund of more than was left. Nobody who knows what he has given back makes one.</summary>
    public int Overdrafts { get; set; }

    public int CountOf(string kind) => Deeds.Count(deed => deed.Kind == kind);

    /// <summary>What is given back, or on its way.</summary>
    public long Refunded => Refunds.Where(static refund => refund.IsEffective).Sum(static refund => refund.AmountMinor);

    /// <summary>Refunds that gave everything back because of a cancel.</summary>
    public IEnumerable<StripeRefund> Compensations => Refunds.Where(static refund => refund is { RefundId: null, IsEffective: true });

    public PaymentIntentSnapshot Snapshot => new(Id, Status, created.AmountMinor, Received, CancellationReason, null);
}

/// <summary>A refund of an intent.</summary>
internal sealed class StripeRefund(string id, Guid? refundId, long amountMinor)
{
    public string Id => id;

    /// <summary>Ours, for one on request; null for the compensation of a cancel.</summary>
    public Guid? RefundId => refundId;

    public long AmountMinor => amountMinor;

    public RefundStatus Status { get; set; }

    public bool IsEffective => Status is RefundStatus.Succeeded or RefundStatus.Pending;

    public RefundSnapshot Snapshot => new(Id, Status, AmountMinor, Status == RefundStatus.Failed ? "expired_or_canceled_card" : null);
}

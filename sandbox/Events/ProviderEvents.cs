using System.Collections.Frozen;
using System.Globalization;

namespace Payments.Sandbox;

/// <summary>An event of a provider, which is only another view of a ledger entry.</summary>
/// <param name="Id">The same however often it is listed or sent.</param>
/// <param name="Type">The provider's word for what happened.</param>
/// <param name="Operation">The entry.</param>
/// <param name="Subject">The immutable object that it carries.</param>
/// <param name="SubjectId">That object's id.</param>
internal sealed record EventView(string Id, string Type, LedgerOperation Operation, object Subject, string SubjectId)
{
    /// <summary>The object that a test asks for: the payment intent, or the payment request.</summary>
    public string ObjectId => Operation.PaymentIntent ?? Operation.ObjectId;
}

/// <summary>Which events a ledger entry stands for.</summary>
internal static class ProviderEvents
{
    private const string IdPrefix = "evt_";
    private const int SequenceDigits = 12;

    private static readonly FrozenDictionary<string, string[]> s_stripe = new Dictionary<string, string[]>
    {
        [IntentOperations.Create] = ["payment_intent.created"],
        [IntentOperations.RequiresAction] = ["payment_intent.requires_action"],
        [IntentOperations.Processing] = ["payment_intent.processing"],
        [IntentOperations.Authorized] = ["payment_intent.amount_capturable_updated"],
        [IntentOperations.Capture] = ["payment_intent.succeeded"],
        [IntentOperations.Succeeded] = ["payment_intent.succeeded"],
        [IntentOperations.PaymentFailed] = ["payment_intent.payment_failed"],
        [IntentOperations.Cancel] = ["payment_intent.canceled"],
        [IntentOperations.HoldExpired] = ["payment_intent.canceled", "charge.expired"],
        [RefundOperations.Create] = ["refund.created", "charge.refunded"],
        [RefundOperations.RequiresAction] = ["refund.updated"],
        [RefundOperations.Succeeded] = ["refund.updated"],
        [RefundOperations.Cancel] = ["refund.updated"],
        [RefundOperations.Failed] = ["refund.failed"],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> s_klarna = new Dictionary<string, string>
    {
        [KlarnaOperations.Create] = "payment.request.state-change.submitted",
        [KlarnaOperations.Complete] = "payment.request.state-change.completed",
        [KlarnaOperations.Cancel] = "payment.request.state-change.canceled",
        [KlarnaOperations.Decline] = "payment.request.state-change.declined",
        [KlarnaOperations.Expire] = "payment.request.state-change.expired",
    }.ToFrozenDictionary();

    /// <summary>Stripe's events of an entry, in order; none for an entry that is not Stripe's or that makes none.</summary>
    public static IEnumerable<EventView> OfStripe(LedgerOperation operation)
    {
        if (!s_stripe.TryGetValue(operation.Operation, out var types))
            yield break;
        for (var i = 0; i < types.Length; i++)
        {
            var id = $"{IdPrefix}{operation.Sequence:D12}{(i == 0 ? "" : $"_{i}")}";
            yield return types[i].StartsWith("charge.", StringComparison.Ordinal)
                ? new EventView(id, types[i], operation, new ChargeView(operation.Intent!), operation.Intent!.ChargeId)
                : new EventView(id, types[i], operation, operation.Snapshot!, operation.ObjectId);
        }
    }

    /// <summary>Klarna's event of an entry, or null. In-store sessions have callbacks of their own, which nobody here asks for.</summary>
    public static EventView? OfKlarna(LedgerOperation operation) =>
        operation.Snapshot is KlarnaRecord { Kind: KlarnaKind.PaymentRequest } && s_klarna.TryGetValue(operation.Operation, out var type)
        ? new EventView($"krn:partner:eu1:test:event:{operation.Sequence:D12}", type, operation, operation.Snapshot!, operation.ObjectId)
        : null;

    /// <summary>Whether a Stripe event comes before another one, by its id; null for an id that is none.</summary>
    public static Func<EventView, bool>? Before(string id)
    {
        var parts = id.StartsWith(IdPrefix, StringComparison.Ordinal) ? id[IdPrefix.Length..].Split('_', 2) : [];
        if (parts.Length == 0 || parts[0].Length != SequenceDigits
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return null;
        return found => found.Operation.Sequence < sequence
            || (found.Operation.Sequence == sequence && string.CompareOrdinal(found.Id, id) < 0);
    }
}

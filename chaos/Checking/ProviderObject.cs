namespace Payments.Chaos.Checking;

/// <summary>One effective change at a provider, by the provider's own ledger.</summary>
/// <param name="Sequence">Position in the ledger.</param>
/// <param name="At">When (UTC), on the sandbox's clock.</param>
/// <param name="Name">For instance <c>payment_intent.cancel</c>.</param>
/// <param name="ObjectId">What changed: the intent, one of its refunds, or Klarna's request.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="IdempotencyKey">The key of the call that caused it, or null.</param>
internal sealed record ProviderOperation(long Sequence, DateTimeOffset At, string Name, string ObjectId, long Amount, string? IdempotencyKey);

/// <summary>A PaymentIntent or a Klarna payment request with everything that really happened to it.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Owner">The id of ours that it carries.</param>
/// <param name="Operations">In the ledger's order; a refund's belong to its intent.</param>
internal sealed record ProviderObject(string Id, string Owner, IReadOnlyList<ProviderOperation> Operations)
{
    private static readonly string[] Taking = ["payment_intent.succeeded", "payment_intent.capture"];
    private static readonly string[] Cancelling = ["payment_intent.cancel", "payment_intent.hold_expired", "klarna.cancel"];
    private static readonly string[] RefundEnding = ["refund.failed", "refund.cancel"];

    /// <summary>Whether it can no longer take money because somebody cancelled it.</summary>
    public bool IsCancelled => Operations.Any(static operation => Cancelling.Contains(operation.Name));

    /// <summary>Cancels that had an effect.</summary>
    public int Cancels => Operations.Count(static operation => operation.Name is "payment_intent.cancel" or "klarna.cancel");

    /// <summary>Whether the customer went through with a Klarna request.</summary>
    public bool IsCompletedByCustomer => Operations.Any(static operation => operation.Name == "klarna.complete");

    /// <summary>Whether it ended without money and without us: declined or expired.</summary>
    public bool EndedByItself => Operations.Any(static operation => operation.Name is "klarna.decline" or "klarna.expire");

    /// <summary>Whether the provider refused or lost the payment.</summary>
    public bool HasFailed => Operations.LastOrDefault(static operation => operation.Name.StartsWith("payment_intent.", StringComparison.Ordinal))
        is { Name: "payment_intent.payment_failed" };

    /// <summary>Minor units taken from the customer.</summary>
    public long Received => Operations.Where(static operation => Taking.Contains(operation.Name)).Sum(static operation => operation.Amount);

    /// <summary>Refunds that were not taken back.</summary>
    public IReadOnlyList<ProviderOperation> Refunds =>
    [
        .. Operations.Where(refund => refund.Name == "refund.create"
            && !Operations.Any(end => end.ObjectId == refund.ObjectId && RefundEnding.Contains(end.Name))),
    ];

    /// <summary>Minor units given back.</summary>
    public long Refunded => Refunds.Sum(static refund => refund.Amount);

    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Id}: {string.Join(", ", Operations.Select(static operation => $"{operation.Name}[{operation.IdempotencyKey}]"))}";
}

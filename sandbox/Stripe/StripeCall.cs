namespace Payments.Sandbox;

/// <summary>
/// One call of the Stripe side on its way: its parameters, the idempotency claim it runs under, and a 500 that is ordered
/// for its end.
/// </summary>
internal sealed class StripeCall(string operation, string? id, StripeForm form, IdempotencyStore<StripeResult> results)
{
    /// <summary>Name of the operation, as in <see cref="FaultInjector.ProviderOperations"/>.</summary>
    public string Operation => operation;

    /// <summary>The id in the path, empty where there is none.</summary>
    public string Id => id ?? "";

    public StripeForm Form => form;

    /// <summary>
    /// Whether <c>latest_charge</c> is to be shown as an object. Read at once, so that a malformed expand is refused before any
    /// effect.
    /// </summary>
    public bool ExpandsCharge { get; } = form.List("expand").Exists(path => path.EndsWith("latest_charge", StringComparison.Ordinal));

    /// <summary>The claim on the idempotency key; null without a key.</summary>
    public IdempotencyStore<StripeResult>.Claim? Claim { get; set; }

    /// <summary>Whether the effect is committed but answered, now and for ever under this key, with HTTP 500.</summary>
    public bool FailsAfterEffect { get; set; }

    /// <summary>What the caller will get for an effect whose own answer is <paramref name="result"/>.</summary>
    public StripeResult Conclude(StripeResult result) => FailsAfterEffect ? StripeResult.ServerError() : result;

    /// <summary>What the journal keeps of the answer: only a failure is kept word for word, an object is the entry's own.</summary>
    public StoredAnswer? Stored(StripeResult result) =>
        result.IsStored ? Claim?.Store(result.Status, result.Body as StripeFailure) : null;

    /// <summary>Hands the answer to the idempotency key. Called under the lock of the object, right after the commit.</summary>
    public void Complete(StripeResult result)
    {
        if (Claim is not null && result.IsStored)
            results.Complete(Claim, result);
    }
}

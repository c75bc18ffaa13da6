namespace Payments;

/// <summary>
/// The contracts for callers inside the house. What the HTTP contract checks of a request's form is checked here, because the grains take a
/// command that reaches them for well-formed. For what a call can throw besides, see <see cref="PaymentsClientExtensions"/>.
/// </summary>
public static class PaymentGrainExtensions
{
    /// <summary>The payment with this id. Costs nothing: whether there is one, its answers tell.</summary>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public static IPaymentGrain GetPayment(this IGrainFactory grains, Guid paymentId)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IPaymentGrain>(Required(paymentId, nameof(paymentId)));
    }

    /// <summary>The payment that a merchant knows by its own id (<see cref="PaymentIds.ForTransaction"/>).</summary>
    /// <exception cref="ArgumentException">An id is empty.</exception>
    public static IPaymentGrain GetPayment(this IGrainFactory grains, Guid merchantId, string merchantTransactionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(merchantTransactionId);
        return grains.GetPayment(PaymentIds.ForTransaction(Required(merchantId, nameof(merchantId)), merchantTransactionId));
    }

    /// <summary>The Payhub payment request with this id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not positive.</exception>
    public static IPaymentRequestGrain GetPaymentRequest(this IGrainFactory grains, long paymentRequestId)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(paymentRequestId);
        return grains.GetGrain<IPaymentRequestGrain>(paymentRequestId);
    }

    /// <summary>Reads a payment of a merchant, as it was last made durable.</summary>
    /// <returns><see langword="null"/> when the merchant has no such payment.</returns>
    /// <exception cref="ArgumentException">An id is empty.</exception>
    public static Task<PaymentView?> GetPaymentAsync(
        this IGrainFactory grains, Guid merchantId, Guid paymentId, CancellationToken cancellationToken = default) =>
        grains.GetPayment(paymentId).GetAsync(Required(merchantId, nameof(merchantId)), cancellationToken);

    /// <summary>Cancels a payment of a merchant. May be repeated: a payment is cancelled once.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="merchantId">Whose payment it is.</param>
    /// <param name="paymentId">Which one.</param>
    /// <param name="reason">Why.</param>
    /// <param name="actor">Who asks, for the audit trail: the name of the calling service, or of the person it acts for.</param>
    /// <param name="message">Free text for the audit trail, at most <see cref="CancelPayment.MessageMaxLength"/> characters, or
    /// null.</param>
    /// <param name="commandId">See <see cref="CancelPayment.CommandId"/>; null for one of this call's own, so that the client's own repeats
    /// are answered as the first.</param>
    /// <param name="cancellationToken">Ends the wait; a cancel that has begun goes on.</param>
    /// <returns>What became of it. <see cref="CancelPaymentOutcome.Accepted"/> is durable, and converges without further calls.</returns>
    /// <exception cref="ArgumentException">An id or <paramref name="actor"/> is empty, <paramref name="reason"/> is none, or
    /// <paramref name="message"/> or <paramref name="commandId"/> is too long.</exception>
    public static Task<CancelPaymentResult> CancelPaymentAsync(
        this IGrainFactory grains,
        Guid merchantId,
        Guid paymentId,
        CancellationReason reason,
        string actor,
        string? message = null,
        string? commandId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        if (!Enum.IsDefined(reason))
            throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a cancellation reason.");
        RequireAtMost(CancelPayment.MessageMaxLength, message, nameof(message));
        RequireAtMost(CancelPayment.CommandIdMaxLength, commandId, nameof(commandId));
        var command = new CancelPayment(
            Required(merchantId, nameof(merchantId)), reason, message, actor, commandId ?? $"{Guid.NewGuid():N}");
        return grains.GetPayment(paymentId).CancelAsync(command, cancellationToken);
    }

    private static void RequireAtMost(int most, string? text, string name)
    {
        if (text?.Length > most)
            throw new ArgumentException($"At most {most} characters; these are {text.Length}.", name);
    }

    private static Guid Required(Guid id, string name) => id != Guid.Empty ? id : throw new ArgumentException("The id is empty.", name);
}

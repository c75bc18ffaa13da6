namespace Payments.Grains.Ports;

/// <summary>What one call to a payment provider told us. A timeout is not an answer (design §2.3): whatever leaves the effect
/// open is <see cref="Unknown"/>, never a refusal.</summary>
/// <typeparam name="T">The provider's object as read.</typeparam>
public abstract record ProviderResult<T>
{
    private ProviderResult()
    {
    }

    /// <summary>The provider did it, or had done it before; <paramref name="Value"/> is its object now.</summary>
    public sealed record Success(T Value) : ProviderResult<T>;

    /// <summary>The provider definitely did not do it.</summary>
    /// <param name="Code">The provider's error code, for the audit trail.</param>
    /// <param name="Message">The provider's message, without card data or secrets.</param>
    /// <param name="Current">The provider's object, when the refusal carried it; it decides what the state is.</param>
    public sealed record Refused(string Code, string Message, T? Current) : ProviderResult<T>;

    /// <summary>Whether it was done is open until the object is read.</summary>
    /// <param name="Cause">What went wrong.</param>
    /// <param name="Detail">For logs and the audit trail, without card data or secrets.</param>
    /// <param name="RetryAfter">The provider's own wish, when it named one.</param>
    public sealed record Unknown(ProviderUncertainty Cause, string Detail, TimeSpan? RetryAfter = null) : ProviderResult<T>;
}

/// <summary>Why the outcome of a provider call is not known, or why it must be tried again.</summary>
public enum ProviderUncertainty
{
    /// <summary>No answer within the deadline. The provider may still act.</summary>
    Timeout,

    /// <summary>The connection broke after the request may have been sent.</summary>
    ConnectionLost,

    /// <summary>The request certainly never left: refused connection, unresolved name, TLS failure.</summary>
    NotSent,

    /// <summary>HTTP 5xx. Stripe stores it under the idempotency key and replays it, so the next try needs a new attempt number.</summary>
    ServerError,

    /// <summary>HTTP 429, <c>lock_timeout</c> included: not executed, the same key may be used again.</summary>
    RateLimited,

    /// <summary>HTTP 409: an earlier request with the same idempotency key is still running.</summary>
    KeyInUse,

    /// <summary>The provider rejected our credentials or our request as malformed: a defect or a configuration error, never the customer's.</summary>
    Misconfigured,
}

/// <summary>How a provider operation is to be called.</summary>
/// <param name="IdempotencyKey">Durable before the call; the same for repeats of the same attempt. At most 255 characters.</param>
/// <param name="Deadline">How long to wait for the whole answer before it is <see cref="ProviderUncertainty.Timeout"/>.</param>
public readonly record struct ProviderCall(string IdempotencyKey, TimeSpan Deadline);

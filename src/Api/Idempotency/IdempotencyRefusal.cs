namespace Payments.Api.Idempotency;

/// <summary>Why a request with an <c>Idempotency-Key</c> is not carried out (api-facts §6).</summary>
internal enum IdempotencyRefusal
{
    /// <summary>400: the header breaks <see cref="IdempotencyKeyHeader.Rule"/>.</summary>
    InvalidKey,

    /// <summary>409: the first request with this key has no answer yet.</summary>
    InFlight,

    /// <summary>422: the key was used with another request.</summary>
    OtherRequest,
}

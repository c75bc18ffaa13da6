using System.Collections.Immutable;

namespace Payments.Grains.Ports;

/// <summary>Klarna payment requests, v2 (api-facts §4). Implementations never throw for what the provider or the network does.</summary>
public interface IKlarnaPaymentRequests
{
    /// <summary><c>POST /v2/payment/requests</c> with <c>Klarna-Idempotency-Key</c>.</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken);

    /// <summary><c>GET /v2/payment/requests/{id}</c>. <c>Refused</c> with code <see cref="KlarnaErrorCodes.NotFound"/> when Klarna has none (it removes expired ones).</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary><c>DELETE /v2/payment/requests/{id}</c>. It has no idempotency key and Klarna's refusal does not carry the object: read it afterwards.</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>Error codes that adapters produce themselves, whatever Klarna's body said.</summary>
public static class KlarnaErrorCodes
{
    /// <summary>HTTP 404.</summary>
    public const string NotFound = "not_found";
}

/// <summary>What a Klarna payment request is created from.</summary>
/// <param name="PaymentRequestId">Ours; travels as the partner's reference.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="CurrencyCode">ISO 4217, upper case.</param>
/// <param name="Country">ISO 3166 code, or null.</param>
/// <param name="Locale">Or null.</param>
/// <param name="Description">Or null.</param>
/// <param name="OrderLines">May be empty.</param>
public sealed record NewKlarnaRequest(
    long PaymentRequestId,
    long AmountMinor,
    string CurrencyCode,
    string? Country,
    string? Locale,
    string? Description,
    ImmutableArray<OrderLine> OrderLines);

/// <summary>A Klarna payment request as read.</summary>
/// <param name="Id">Klarna's <c>krn:payment:…</c> id.</param>
/// <param name="State">Its state.</param>
/// <param name="Url">Where the customer goes, or null.</param>
/// <param name="ExpiresAt">When Klarna removes it, or null.</param>
public sealed record KlarnaRequestSnapshot(string Id, KlarnaRequestState State, string? Url, DateTimeOffset? ExpiresAt);

/// <summary>Klarna's states of a payment request (api-facts §4.2).</summary>
public enum KlarnaRequestState
{
    /// <summary><c>SUBMITTED</c>.</summary>
    Submitted,

    /// <summary><c>IN_PROGRESS</c>.</summary>
    InProgress,

    /// <summary><c>COMPLETED</c>.</summary>
    Completed,

    /// <summary><c>CANCELED</c>.</summary>
    Canceled,

    /// <summary><c>DECLINED</c>.</summary>
    Declined,

    /// <summary><c>EXPIRED</c>.</summary>
    Expired,
}

using System.Collections.Immutable;

namespace Payments.Grains.Ports;

/// <summary>What asks a customer for a payment at Klarna: one implementation for each of its products (api-facts §4). Implementations never throw for what
/// the provider or the network does.</summary>
public interface IKlarnaPaymentRequests
{
    /// <summary>The product that this one speaks to.</summary>
    KlarnaProduct Product { get; }

    /// <summary>Creates the object, with <c>Klarna-Idempotency-Key</c>.</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Reads the object. <c>Refused</c> with code <see cref="KlarnaErrorCodes.NotFound"/> when Klarna has none (it removes expired ones).</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Cancels the object. There is no idempotency key for it, and Klarna's refusal does not carry the object: read it afterwards.</summary>
    Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>Klarna's products that ask a customer for a payment. Stored with every request: what was created in one is never looked for in the other.</summary>
public enum KlarnaProduct
{
    /// <summary>A payment request of the Klarna Network, v2: a link, lives 3 hours (api-facts §4.2).</summary>
    PaymentRequest = 0,

    /// <summary>An in-store session of the classic payments API: a QR code or the customer's short code, lives 46 hours (api-facts §4.5).</summary>
    InStoreSession = 1,
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
/// <param name="ShortCode">The code that the customer's phone shows, or null; for in-store sessions.</param>
public sealed record NewKlarnaRequest(
    long PaymentRequestId,
    long AmountMinor,
    string CurrencyCode,
    string? Country,
    string? Locale,
    string? Description,
    ImmutableArray<OrderLine> OrderLines,
    string? ShortCode = null);

/// <summary>Klarna's object as read.</summary>
/// <param name="Id">Klarna's id of it: <c>krn:payment:…</c>, or a session's id.</param>
/// <param name="State">Its state.</param>
/// <param name="Url">Where the customer goes, or null.</param>
/// <param name="ExpiresAt">When Klarna removes it, or null.</param>
/// <param name="OrderId">Once completed: the order that was placed, which refunds are made of; or null.</param>
public sealed record KlarnaRequestSnapshot(string Id, KlarnaRequestState State, string? Url, DateTimeOffset? ExpiresAt, string? OrderId = null);

/// <summary>States of Klarna's object, in the words of its payment requests (api-facts §4.2).</summary>
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

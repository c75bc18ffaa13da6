using System.Collections.Immutable;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Payments;

/// <summary>Lists what one merchant has created, newest first. The grain key is the merchant's id: nothing of anybody else can be asked for.
/// What a list shows was durable when it was read; a payment's own grain may have moved on since.</summary>
[Alias("payments.IMerchantListingGrain"), Version(1)]
public interface IMerchantListingGrain : IGrainWithGuidKey
{
    /// <summary>One page of the merchant's payments.</summary>
    [Alias("ListPayments"), AlwaysInterleave]
    Task<PaymentPage> ListPaymentsAsync(ListPayments query, CancellationToken cancellationToken = default);

    /// <summary>One page of the merchant's Payhub payment requests.</summary>
    [Alias("ListPaymentRequests"), AlwaysInterleave]
    Task<PaymentRequestPage> ListPaymentRequestsAsync(ListPaymentRequests query, CancellationToken cancellationToken = default);
}

/// <summary>Where a list goes on: after this entry, which need not exist any more. Entries that are created meanwhile come before it.</summary>
/// <param name="CreatedAt">When the entry was created (UTC), to the microsecond.</param>
/// <param name="Key">Its key, for entries of the same instant.</param>
[GenerateSerializer, Immutable, Alias("payments.ListPosition")]
public sealed record ListPosition(
    [property: Id(0)] DateTimeOffset CreatedAt,
    [property: Id(1)] string Key);

/// <summary>Which payments to list; null filters nothing.</summary>
/// <param name="MerchantTransactionId">The one with this id.</param>
/// <param name="Status">Those in this state.</param>
/// <param name="From">Those created at this instant or later.</param>
/// <param name="To">Those created before this instant.</param>
/// <param name="After">Where the page before ended.</param>
/// <param name="Limit">At most this many, 1 to <see cref="ListLimits.Max"/>.</param>
[GenerateSerializer, Immutable, Alias("payments.ListPayments")]
public sealed record ListPayments(
    [property: Id(0)] string? MerchantTransactionId,
    [property: Id(1)] PaymentStatus? Status,
    [property: Id(2)] DateTimeOffset? From,
    [property: Id(3)] DateTimeOffset? To,
    [property: Id(4)] ListPosition? After,
    [property: Id(5)] int Limit);

/// <summary>One page.</summary>
/// <param name="Payments">The payments, newest first.</param>
/// <param name="Next">Where the next page begins, or null when this is the last one.</param>
[GenerateSerializer, Immutable, Alias("payments.PaymentPage")]
public sealed record PaymentPage(
    [property: Id(0)] ImmutableArray<PaymentView> Payments,
    [property: Id(1)] ListPosition? Next);

/// <summary>Which payment requests to list; null filters nothing.</summary>
/// <param name="Status">Those in this state.</param>
/// <param name="From">Those created at this instant or later.</param>
/// <param name="To">Those created before this instant.</param>
/// <param name="After">Where the page before ended.</param>
/// <param name="Limit">At most this many, 1 to <see cref="ListLimits.Max"/>.</param>
[GenerateSerializer, Immutable, Alias("payments.ListPaymentRequests")]
public sealed record ListPaymentRequests(
    [property: Id(0)] PaymentRequestStatus? Status,
    [property: Id(1)] DateTimeOffset? From,
    [property: Id(2)] DateTimeOffset? To,
    [property: Id(3)] ListPosition? After,
    [property: Id(4)] int Limit);

/// <summary>One page.</summary>
/// <param name="Requests">The payment requests, newest first.</param>
/// <param name="Next">Where the next page begins, or null when this is the last one.</param>
[GenerateSerializer, Immutable, Alias("payments.PaymentRequestPage")]
public sealed record PaymentRequestPage(
    [property: Id(0)] ImmutableArray<PaymentRequestView> Requests,
    [property: Id(1)] ListPosition? Next);

/// <summary>How long a page may be.</summary>
public static class ListLimits
{
    /// <summary>When the caller does not say.</summary>
    public const int Default = 50;

    /// <summary>At most.</summary>
    public const int Max = 200;
}

using System.Collections.Immutable;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Payments;

/// <summary>What an operator asks for: who waits, and to have a provider's object read at once. One grain, key 0. It acts for no merchant; who may call it is
/// the caller's to check.</summary>
[Alias("payments.IOperatorGrain"), Version(1)]
public interface IOperatorGrain : IGrainWithIntegerKey
{
    /// <summary>One page of what waits for one thing, longest waiting first.</summary>
    [Alias("ListWaiting"), AlwaysInterleave]
    Task<WaitingCasePage> ListWaitingAsync(ListWaitingCases query, CancellationToken cancellationToken = default);

    /// <summary>Makes a payment read its object at the provider now, and follow it.</summary>
    /// <returns>What came of it, or null when there is no such payment.</returns>
    [Alias("ReadPayment"), AlwaysInterleave]
    Task<ProviderRead?> ReadPaymentAsync(Guid paymentId, string actor, CancellationToken cancellationToken = default);

    /// <summary>Makes a payment request read its object at the provider now, and follow it.</summary>
    /// <returns>What came of it, or null when there is no such request.</returns>
    [Alias("ReadPaymentRequest"), AlwaysInterleave]
    Task<ProviderRead?> ReadPaymentRequestAsync(long paymentRequestId, string actor, CancellationToken cancellationToken = default);
}

/// <summary>What to list.</summary>
/// <param name="For">What it waits for.</param>
/// <param name="After">Where the page before ended, or null.</param>
/// <param name="Limit">At most this many, 1 to <see cref="ListLimits.Max"/>.</param>
[GenerateSerializer, Immutable, Alias("payments.ListWaitingCases")]
public sealed record ListWaitingCases(
    [property: Id(0)] WaitingKind For,
    [property: Id(1)] ListPosition? After,
    [property: Id(2)] int Limit);

/// <summary>What can be waited for.</summary>
[GenerateSerializer, Alias("payments.WaitingKind")]
public enum WaitingKind
{
    /// <summary>A cancel that failed for good, <c>CANCEL_FAILED</c>: an operator or the merchant's next cancel decides.</summary>
    Operator = 0,

    /// <summary>A cancel that was accepted and that the provider has not confirmed. Seconds when all is well.</summary>
    Cancel = 1,

    /// <summary>A cancel whose money is under way. Days when all is well.</summary>
    Settlement = 2,

    /// <summary>A webhook that was given up.</summary>
    DeadLetter = 3,
}

/// <summary>One that waits.</summary>
/// <param name="Kind"><c>payment</c>, <c>payment-request</c> or another type of grain.</param>
/// <param name="Id">Its id as the contracts write it, where it is a payment or a request; else the grain's key.</param>
/// <param name="MerchantId">Whose, or null.</param>
/// <param name="Status">Its state.</param>
/// <param name="Since">Since when it waits (UTC).</param>
/// <param name="NextLookAt">When it is looked at next by itself (UTC), or null.</param>
[GenerateSerializer, Immutable, Alias("payments.WaitingCase")]
public sealed record WaitingCase(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Id,
    [property: Id(2)] Guid? MerchantId,
    [property: Id(3)] string? Status,
    [property: Id(4)] DateTimeOffset Since,
    [property: Id(5)] DateTimeOffset? NextLookAt);

/// <summary>One page.</summary>
/// <param name="Cases">Longest waiting first.</param>
/// <param name="Next">Where the next page begins, or null when this is the last one.</param>
[GenerateSerializer, Immutable, Alias("payments.WaitingCasePage")]
public sealed record WaitingCasePage(
    [property: Id(0)] ImmutableArray<WaitingCase> Cases,
    [property: Id(1)] ListPosition? Next);

/// <summary>What came of a read that an operator asked for.</summary>
/// <param name="Outcome">Whether the provider said how its object is.</param>
/// <param name="StatusBefore">The state before.</param>
/// <param name="StatusAfter">The state afterwards.</param>
/// <param name="ProviderObject">The provider's id of the object, or null when none is known.</param>
/// <param name="ProviderState">Its state as last read, or null.</param>
/// <param name="NextLookAt">When it is looked at next by itself (UTC), or null.</param>
[GenerateSerializer, Immutable, Alias("payments.ProviderRead")]
public sealed record ProviderRead(
    [property: Id(0)] ProviderReadOutcome Outcome,
    [property: Id(1)] string StatusBefore,
    [property: Id(2)] string StatusAfter,
    [property: Id(3)] string? ProviderObject,
    [property: Id(4)] string? ProviderState,
    [property: Id(5)] DateTimeOffset? NextLookAt);

/// <summary>Outcomes of such a read.</summary>
[GenerateSerializer, Alias("payments.ProviderReadOutcome")]
public enum ProviderReadOutcome
{
    /// <summary>It was read, and the state follows it.</summary>
    Read = 0,

    /// <summary>The provider did not say how it is: the schedule goes on, and an operator may ask again.</summary>
    Unreadable = 1,

    /// <summary>There is nothing to read: it has ended, or has no object at a provider. Work that it owes was taken up at once.</summary>
    NothingToRead = 2,
}

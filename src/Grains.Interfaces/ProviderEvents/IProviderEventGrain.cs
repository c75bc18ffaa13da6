using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Payments;

/// <summary>
/// Takes the events about one object of a provider; the grain key is <see cref="ProviderEvent.Key"/>. An event is a hint: whoever owns the
/// object reads it and follows what it says, so that order and repetition do not matter. Many events at once cause few reads.
/// </summary>
[Alias("payments.IProviderEventGrain"), Version(1)]
public interface IProviderEventGrain : IGrainWithStringKey
{
    /// <summary>Returns when the event has had its effect, or is durable and will have it later. When it throws, the provider must send it
    /// again.</summary>
    [Alias("Receive"), AlwaysInterleave]
    Task<ProviderEventOutcome> ReceiveAsync(ProviderEvent received);
}

/// <summary>An event whose signature was verified.</summary>
/// <param name="Provider">One of <see cref="ProviderNames"/>.</param>
/// <param name="EventId">The provider's id of it, the same on every repeat.</param>
/// <param name="Type">The provider's word for what happened.</param>
/// <param name="OccurredAt">When it happened (UTC), by the provider's clock.</param>
/// <param name="ObjectId">The object that a payment owns: Stripe's <c>pi_…</c>, Klarna's <c>krn:…</c>.</param>
/// <param name="SubjectId">What the event itself is about: that object, or one of its refunds or charges.</param>
/// <param name="Claim">The status of the subject by the event, as the grains' ports name it, or null. It is never adopted; an event that
/// claims no more than is known needs no read.</param>
/// <param name="Owner">Our id of the payment or payment request, when the event carries one; else null.</param>
[GenerateSerializer, Immutable, Alias("payments.ProviderEvent")]
public sealed record ProviderEvent(
    [property: Id(0)] string Provider,
    [property: Id(1)] string EventId,
    [property: Id(2)] string Type,
    [property: Id(3)] DateTimeOffset OccurredAt,
    [property: Id(4)] string ObjectId,
    [property: Id(5)] string SubjectId,
    [property: Id(6)] string? Claim,
    [property: Id(7)] string? Owner)
{
    /// <summary>The key of the grain that takes it.</summary>
    public string Key => $"{Provider}/{ObjectId}";
}

/// <summary>What became of an event.</summary>
[GenerateSerializer, Alias("payments.ProviderEventOutcome")]
public enum ProviderEventOutcome
{
    /// <summary>Its owner follows the provider's object, as it was after the event arrived.</summary>
    Applied = 0,

    /// <summary>Nobody could follow it yet; it is durable and tried again.</summary>
    Kept = 1,

    /// <summary>It was taken before.</summary>
    Duplicate = 2,

    /// <summary>It is about an object that is certainly none of ours.</summary>
    Ignored = 3,
}

/// <summary>The providers that send events.</summary>
public static class ProviderNames
{
    /// <summary>Stripe.</summary>
    public const string Stripe = "stripe";

    /// <summary>Klarna.</summary>
    public const string Klarna = "klarna";
}

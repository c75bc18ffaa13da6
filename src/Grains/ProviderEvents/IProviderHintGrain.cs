namespace Payments.Grains.ProviderEvents;

/// <summary>A grain that owns an object at a provider and can be told that the object may have moved; not a contract for other
/// services.</summary>
[Alias("payments.IProviderHintGrain")]
public interface IProviderHintGrain : IGrain
{
    /// <summary>Reads the object unless it cannot matter, and follows what it says. What says nothing new is not written.</summary>
    [Alias("Hint")]
    Task<HintOutcome> HintAsync(ProviderHint hint);
}

/// <summary>An object at a provider may have moved.</summary>
/// <param name="ObjectId">The object.</param>
/// <param name="SubjectId">What in it: the object itself, a refund of it, or null for anything.</param>
/// <param name="Claim">Status of the subject by whoever says so, as the ports name it, or null. Never adopted.</param>
[GenerateSerializer, Immutable, Alias("payments.ProviderHint")]
public sealed record ProviderHint(
    [property: Id(0)] string ObjectId,
    [property: Id(1)] string? SubjectId,
    [property: Id(2)] string? Claim);

/// <summary>What a hint led to.</summary>
[GenerateSerializer, Alias("payments.HintOutcome")]
public enum HintOutcome
{
    /// <summary>The owner's state follows the object, or what the object says cannot change it.</summary>
    Done = 0,

    /// <summary>There is no such owner, or it does not know its object yet: ask again later.</summary>
    NotYet = 1,

    /// <summary>The owner has another object. This one belongs to nobody.</summary>
    NotMine = 2,

    /// <summary>The provider did not say how the object is: ask again later.</summary>
    Unreadable = 3,
}

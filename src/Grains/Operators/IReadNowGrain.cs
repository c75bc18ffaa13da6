namespace Payments.Grains.Operators;

/// <summary>A grain that owns an object at a provider and can be told to read it now; not a contract for other services.</summary>
[Alias("payments.IReadNowGrain")]
public interface IReadNowGrain : IGrain
{
    /// <summary>Reads the object and follows it; who asked is on record. Nothing is sent that the rules would not send after any other read.</summary>
    /// <returns>What came of it, or null when the grain has no state.</returns>
    [Alias("ReadNow")]
    Task<ProviderRead?> ReadNowAsync(string actor);
}

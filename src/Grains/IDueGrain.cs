namespace Payments.Grains;

/// <summary>A grain whose row can be due. Called by the retry shards and by the grain itself; not a contract for other services.</summary>
[Alias("payments.IDueGrain")]
public interface IDueGrain : IGrain
{
    /// <summary>Does what is due, if anything is. Harmless at any time, any number of times.</summary>
    [Alias("Wake")]
    Task WakeAsync();
}

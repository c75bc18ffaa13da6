namespace Payments.Grains.ProviderEvents;

/// <summary>Keeps what was not applied at once, and tries it until it is. The grain key is <see cref="ProviderEvent.Key"/>; not a
/// contract for other services.</summary>
[Alias("payments.IProviderInboxGrain")]
public interface IProviderInboxGrain : IGrainWithStringKey
{
    /// <summary>Durable when it returns.</summary>
    /// <param name="received">The event.</param>
    /// <param name="unclaimed">Whether it is already certain that trying again is in vain.</param>
    [Alias("Keep")]
    Task KeepAsync(ProviderEvent received, bool unclaimed);
}

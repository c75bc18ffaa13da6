namespace Payments.Grains.Ports;

/// <summary>Asks one provider whose an object is. Our id travels with every object that we create, so the provider itself is the index
/// from its ids to ours. Implementations never throw for what the provider or the network does.</summary>
public interface IProviderObjects
{
    /// <summary>One of <see cref="ProviderNames"/>.</summary>
    string Provider { get; }

    /// <summary>Reads the object and returns the owner that it names.</summary>
    /// <returns>Success with <see langword="null"/> when it exists and names none: it is not ours.</returns>
    Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken);
}

namespace Payments;

/// <summary>The port through which the API verifies and reads one provider's events.</summary>
public interface IProviderEventReader
{
    /// <summary>One of <see cref="ProviderNames"/>.</summary>
    string Provider { get; }

    /// <summary>The setting that is missing, so that no signature can be verified; null when events can be read.</summary>
    string? MissingSetting { get; }

    /// <summary>Verifies the signature over the bytes as they came, and only then reads them.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="header">A header's value by name: null when it is absent, all values joined by a comma when it is repeated.</param>
    ProviderEventReading Read(ReadOnlySpan<byte> body, Func<string, string?> header);
}

/// <summary>What a request to an event endpoint turned out to be.</summary>
public abstract record ProviderEventReading
{
    private ProviderEventReading()
    {
    }

    /// <summary>An event to act on.</summary>
    public sealed record Event(ProviderEvent Value) : ProviderEventReading;

    /// <summary>A genuine event that says nothing about a payment.</summary>
    /// <param name="EventId">The provider's id of it.</param>
    /// <param name="Type">The provider's word for what happened.</param>
    public sealed record Irrelevant(string EventId, string Type) : ProviderEventReading;

    /// <summary>Not, or not provably, from the provider, or not readable.</summary>
    /// <param name="Reason">For logs only: it would tell a forger what to mend.</param>
    public sealed record Rejected(string Reason) : ProviderEventReading;
}

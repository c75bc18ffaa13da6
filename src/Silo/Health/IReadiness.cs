namespace Payments.Silo.Health;

/// <summary>Says whether this process can do its work.</summary>
internal interface IReadiness
{
    /// <summary>Why it cannot, in a few words, or null when it can.</summary>
    Task<string?> WhyNotAsync();
}

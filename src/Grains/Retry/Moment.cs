namespace Payments.Grains.Retry;

/// <summary>The two things a transition may take from the outside world: the time, and chance for jitter. Passing them in keeps the rules pure.</summary>
/// <param name="Now">The current instant (UTC).</param>
/// <param name="Chance">Uniform in [0, 1).</param>
public readonly record struct Moment(DateTimeOffset Now, double Chance);

namespace Payments.Grains.Retry;

/// <summary>What a transition may take from the outside world: the time, chance for jitter, and the trace it happens in. Passing them in keeps
/// the rules pure.</summary>
/// <param name="Now">The current instant (UTC).</param>
/// <param name="Chance">Uniform in [0, 1).</param>
/// <param name="TraceParent">The recorded trace, as W3C <c>traceparent</c>, or null; remembered where later work is to be linked to it.</param>
public readonly record struct Moment(DateTimeOffset Now, double Chance, string? TraceParent = null);

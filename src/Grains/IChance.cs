namespace Payments.Grains;

/// <summary>The port for randomness: jitter comes from here, so that a run can be replayed from a seed.</summary>
public interface IChance
{
    /// <summary>Uniform in [0, 1). Safe to call from any thread.</summary>
    double Next();
}

/// <summary>Randomness for production.</summary>
public sealed class SystemChance : IChance
{
    /// <inheritdoc />
    public double Next() => Random.Shared.NextDouble();
}

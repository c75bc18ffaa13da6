namespace Payments.Simulation.Checking;

/// <summary>What must not be, and is.</summary>
/// <param name="Invariant">One of design §10's, or <c>quiet</c> or <c>table</c>.</param>
/// <param name="Subject">Whose.</param>
/// <param name="What">What is wrong.</param>
internal sealed record Violation(string Invariant, string Subject, string What)
{
    public override string ToString() => $"{Invariant} {Subject}: {What}";
}

using Payments.Simulation.Checking;
using Payments.Simulation.Running;

namespace Payments.Simulation.Tests;

/// <summary>A checker that cannot fail is worth nothing: in a world that is broken on purpose it has to say so, and say what.</summary>
public sealed class CheckerTests
{
    private const int SeedsMax = 30;

    [Theory]
    [InlineData(Defects.DatabaseIgnoresTags, "")]
    [InlineData(Defects.DatabaseLosesWrites, "")]
    [InlineData(Defects.ProviderIgnoresKeys, "I1")]
    [InlineData(Defects.ProviderChargesCancelled, "I3")]
    [InlineData(Defects.ProviderReversesTwice, "I1")]
    [InlineData(Defects.SenderSwallows, "I4")]
    [InlineData(Defects.SenderReorders, "I4")]
    [InlineData(Defects.EdgeMixesMerchants, "I6")]
    [InlineData(Defects.NobodyScans, "quiet")]
    internal void A_broken_world_is_noticed(Defects defect, string invariant)
    {
        var violations = new List<Violation>();
        for (var seed = 1; seed <= SeedsMax && !violations.Exists(violation => violation.Invariant.StartsWith(invariant, StringComparison.Ordinal)); seed++)
            violations.AddRange(SimulationRun.Of(seed, defect).Violations);

        Assert.Contains(violations, violation => violation.Invariant.StartsWith(invariant, StringComparison.Ordinal));
        Assert.DoesNotContain(violations, static violation => violation.Invariant == "simulation");
    }
}

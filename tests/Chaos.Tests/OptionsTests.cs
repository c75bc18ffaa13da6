using Payments.Chaos.Load;
using Payments.Chaos.World;

namespace Payments.Chaos.Tests;

/// <summary>The command line, and what a seed decides.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void A_cluster_check_is_the_acceptance_unless_told_otherwise()
    {
        Assert.True(ChaosOptions.TryParse([ChaosOptions.ClusterCheck], out var options, out _));
        Assert.Equal((20_000, 5, 1, false), (options.Cancels, options.Kills, options.DatabaseRestarts, options.WithFaults));
    }

    [Fact]
    public void Every_option_is_read()
    {
        Assert.True(ChaosOptions.TryParse(
            [ChaosOptions.Soak, "--minutes", "3", "--seed", "7", "--rate", "5", "--clients", "9", "--settle-minutes", "2", "--Payments:Retry:Shards=4"], out var options, out _));
        Assert.Equal((3, 7, 5, 9, 2), (options.Length.TotalMinutes, options.Seed, options.Rate, options.Clients, options.SettlePatience.TotalMinutes));
        Assert.Equal("4", Assert.Single(options.Settings).Value);
        Assert.True(options.WithFaults);
    }

    [Theory]
    [InlineData]
    [InlineData("soak")]
    [InlineData("chaos", "--kills", "3")]
    [InlineData("cluster-check", "--minutes", "3")]
    [InlineData("cluster-check", "--cancels")]
    [InlineData("cluster-check", "--cancels", "0")]
    [InlineData("cluster-check", "--cancels", "-5")]
    [InlineData("chaos", "--seed", "x")]
    [InlineData("chaos", "--Payments:Retry:Shards")]
    [InlineData("chaos", "--verbose", "1")]
    public void What_makes_no_sense_is_told(params string[] args)
    {
        Assert.False(ChaosOptions.TryParse(args, out _, out var problem));
        Assert.StartsWith("chaos: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_orders_the_same_and_another_one_does_not()
    {
        var first = Enumerable.Range(0, 500).Select(static number => Plan.Draw(1, number)).ToList();

        Assert.Equal(first, Enumerable.Range(0, 500).Select(static number => Plan.Draw(1, number)));
        Assert.NotEqual(first.Select(static plan => plan.Kind), Enumerable.Range(0, 500).Select(static number => Plan.Draw(2, number).Kind));
    }

    [Fact]
    public void A_thousand_orders_hold_everything_that_is_to_be_tried()
    {
        var plans = Enumerable.Range(0, 1_000).Select(static number => Plan.Draw(3, number)).ToList();

        Assert.Equal(Enum.GetValues<PlanKind>(), plans.Select(static plan => plan.Kind).Distinct().Order());
        Assert.Equal([1, 2, 3], plans.Select(static plan => plan.Racers).Distinct().Order());
        Assert.Equal(Merchant.All.Count, plans.Select(static plan => plan.Merchant.Id).Distinct().Count());
        Assert.Contains(plans, static plan => plan.RepeatsCancel);
        Assert.Contains(plans, static plan => plan.Hasty);
        Assert.All(plans, static plan => Assert.NotEqual(plan.Merchant, plan.Intruder));
        Assert.Contains(plans, static plan => plan.Intruder is not null);
        Assert.Equal(1_000, plans.Select(static plan => plan.Order.Reference).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_breaks_the_same_and_in_every_way()
    {
        var (one, other) = (new FaultPlan(5), new FaultPlan(5));
        var faults = Enumerable.Range(0, 500).Select(_ => one.Next()).ToList();

        Assert.Equal(faults, Enumerable.Range(0, 500).Select(_ => other.Next()));
        string[] kinds = ["drop_after", "drop_before", "error_500", "idempotency_in_use", "latency", "lock_timeout", "rate_limit", "refuse", "status"];
        Assert.Equal(kinds, faults.Select(static fault => fault.Kind).Distinct().Order());
    }
}

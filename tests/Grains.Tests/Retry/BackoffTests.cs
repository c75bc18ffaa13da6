using Payments.Grains.Retry;

namespace Payments.Grains.Tests.Retry;

public sealed class BackoffTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly Backoff Backoff = new() { Initial = TimeSpan.FromSeconds(1), Max = TimeSpan.FromMinutes(15) };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(10, 512)]
    [InlineData(11, 900)]
    [InlineData(1000, 900)]
    [InlineData(int.MaxValue, 900)]
    public void The_wait_doubles_up_to_its_maximum(int failures, int secondsExpected) => Assert.Equal(secondsExpected, Wait(failures, 0.5));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void There_is_no_wait_before_the_first_failure(int failures) => Assert.Throws<ArgumentOutOfRangeException>(() => Wait(failures, 0.5));

    [Fact]
    public void Chance_spreads_the_wait_evenly_over_a_fifth_on_either_side()
    {
        Assert.Equal(80, Wait(100, 0.0) / 9, 6);
        Assert.Equal(120, Wait(100, 1.0) / 9, 6);
        Assert.Equal(90, Wait(100, 0.25) / 9, 6);
    }

    [Fact]
    public void No_chance_makes_a_wait_negative_or_longer_than_the_maximum_and_a_fifth()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            TimeSpan? wished = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.NextDouble() * 1e6 - 1e3);
            var wait = Backoff.Next(new Moment(Now, random.NextDouble()), random.Next(1, 60), wished) - Now;
            Assert.InRange(wait, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(2 * 900 * 1.2));
        }
    }

    [Theory]
    [InlineData(-5, 4)]
    [InlineData(0, 4)]
    [InlineData(5, 5)]
    [InlineData(8, 8)]
    [InlineData(3600, 8)]
    public void The_other_sides_wish_counts_between_once_and_twice_the_plan(int wishedSeconds, int secondsExpected) =>
        Assert.Equal(secondsExpected, Wait(3, 0.5, TimeSpan.FromSeconds(wishedSeconds)));

    [Fact]
    public void A_wish_without_bounds_does_not_overflow()
    {
        Assert.Equal(8, Wait(3, 0.5, TimeSpan.MaxValue));
        Assert.Equal(4, Wait(3, 0.5, TimeSpan.MinValue));
    }

    private static double Wait(int failures, double chance, TimeSpan? wished = null) =>
        (Backoff.Next(new Moment(Now, chance), failures, wished) - Now).TotalSeconds;
}

using System.Collections.Immutable;
using Payments.Grains.Auditing;

namespace Payments.Grains.Tests.Auditing;

public sealed class AuditTrailTests
{
    private static readonly DateTimeOffset Start = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void However_much_happens_the_first_half_and_the_latest_half_are_kept_in_order()
    {
        ImmutableArray<AuditEntry> trail = [];
        for (var i = 0; i < 1000; i++)
        {
            trail = AuditTrail.Append(trail, Entry($"e{i}", i));
            Assert.True(trail.Length <= AuditTrail.EntriesMax);
        }

        var expected = Enumerable.Range(0, 32).Concat(Enumerable.Range(1000 - 32, 32)).Select(i => $"e{i}");
        Assert.Equal(expected, trail.Select(entry => entry.Event));
    }

    [Fact]
    public void Days_of_the_same_are_one_line_with_a_count_and_the_latest_time()
    {
        var trail = Enumerable.Range(0, 500).Aggregate(ImmutableArray<AuditEntry>.Empty, (so, i) => AuditTrail.Append(so, Entry("same", i)));

        Assert.Equal(Entry("same", 499) with { Count = 500 }, Assert.Single(trail));
    }

    [Fact]
    public void Whatever_differs_is_a_line_of_its_own()
    {
        var first = Entry("e", 0) with { Detail = "d", OperationKey = "k" };
        AuditEntry[] others =
        [
            first with { Event = "x" }, first with { Status = "x" }, first with { Actor = "x" }, first with { Detail = "x" }, first with { OperationKey = "x" },
            first with { Detail = null }, first with { OperationKey = null },
        ];

        Assert.All(others, other => Assert.Equal(new[] { first, other }, AuditTrail.Append([first], other).AsEnumerable()));
    }

    [Fact]
    public void Something_else_in_between_ends_the_count()
    {
        var (a, b) = (Entry("a", 0), Entry("b", 1));

        Assert.Equal(new[] { a, b, a }, AuditTrail.Append(AuditTrail.Append(AuditTrail.Append([], a), b), a).AsEnumerable());
    }

    [Fact]
    public void A_long_detail_is_cut_and_still_recognised_as_a_repetition()
    {
        var entry = Entry("e", 0) with { Detail = new string('x', 5000) };

        var trail = AuditTrail.Append(AuditTrail.Append([], entry), entry);

        Assert.Equal((2, 300), (trail[0].Count, trail[0].Detail!.Length));
    }

    [Fact]
    public void A_cut_never_leaves_half_a_character()
    {
        // 299 letters and an emoji: the two halves of the emoji are letters 299 and 300.
        var detail = AuditTrail.Append([], Entry("e", 0) with { Detail = new string('x', 299) + "😀 and more" })[0].Detail!;

        Assert.Equal(new string('x', 299), detail);
    }

    private static AuditEntry Entry(string @event, int second) =>
        new(Start + TimeSpan.FromSeconds(second), "system", @event, "PROCESSING", null, null);
}

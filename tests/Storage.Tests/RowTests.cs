using Payments.Storage.Rows;

namespace Payments.Storage.Tests;

public sealed class RowTests
{
    /// <summary>Values of an independent FNV-1a, folded: they are in databases, so they never change.</summary>
    [Theory]
    [InlineData("", "", 48466)]
    [InlineData("payment", "00000000000000000000000000000001", 6517)]
    [InlineData("payment", "ü", 31852)]
    public void Slots_never_change(string type, string key, int expected) => Assert.Equal(expected, GrainSlot.Of(type, key));

    [Fact]
    public void Slots_of_long_keys_use_every_byte()
    {
        var key = new string('k', 500);
        Assert.NotEqual(GrainSlot.Of("t", key + "a"), GrainSlot.Of("t", key + "b"));
    }

    [Fact]
    public void Slots_spread_evenly_over_sixteen_shards()
    {
        var random = new Random(1);
        var counts = new int[16];
        for (var i = 0; i < 16_000; i++)
            counts[GrainSlot.Of("payment", new Guid(Bytes(random)).ToString("N")) % 16]++;
        Assert.All(counts, static count => Assert.InRange(count, 850, 1150));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(long.MaxValue, long.MinValue)]
    [InlineData(7, -1)]
    public void Tags_survive_as_etags(long version, long token)
    {
        var tag = new RowTag(version, token);
        Assert.True(RowTag.TryParse(tag.ToString(), out var parsed));
        Assert.Equal(tag, parsed);
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }
}

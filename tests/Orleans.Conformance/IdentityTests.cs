namespace Payments.Conformance;

public sealed class IdentityTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    private static readonly Guid Key = Guid.Parse("B955DB5E-AEF2-47DE-BBB9-C80B9CC16E8F");

    private IGrainFactory Grains => fixture.Silo.Grains;

    [Fact]
    public void A_guid_key_is_written_as_32_lower_case_digits()
    {
        var id = Grains.GetGrain<IMemoryGrain>(Key).GetGrainId();
        Assert.Equal("memory/b955db5eaef247debbb9c80b9cc16e8f", id.ToString());
        Assert.True(id.TryGetGuidKey(out var key, out var extension));
        Assert.Equal((Key, null), (key, extension));
        Assert.Equal(Key, Grains.GetGrain<IMemoryGrain>(id).GetPrimaryKey());
    }

    [Theory]
    [InlineData(0, "plain/0")]
    [InlineData(255, "plain/FF")]
    [InlineData(-1, "plain/FFFFFFFFFFFFFFFF")]
    [InlineData(long.MaxValue, "plain/7FFFFFFFFFFFFFFF")]
    public void An_integer_key_is_written_in_upper_case_hex(long key, string text)
    {
        var grain = Grains.GetGrain<IPlainGrain>(key);
        Assert.Equal(text, grain.GetGrainId().ToString());
        Assert.True(grain.GetGrainId().TryGetIntegerKey(out var parsed, out _));
        Assert.Equal(key, parsed);
        Assert.Equal(key, grain.GetPrimaryKeyLong());
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("with/slash+plus and space")]
    [InlineData("Übergröße")]
    public void A_string_key_is_written_as_it_is(string key)
    {
        var grain = Grains.GetGrain<IWorkGrain>(key);
        Assert.Equal($"work/{key}", grain.GetGrainId().ToString());
        Assert.Equal(key, grain.GetGrainId().Key.ToString());
        Assert.Equal(key, grain.GetPrimaryKeyString());
    }

    [Fact]
    public void A_grain_id_survives_its_text()
    {
        var id = GrainId.Create("payment", "a/b");
        var parsed = GrainId.Parse(id.ToString());
        Assert.Equal(id, parsed);
        Assert.Equal(("payment", "a/b"), (parsed.Type.ToString(), parsed.Key.ToString()));
        Assert.Equal(id.GetHashCode(), parsed.GetHashCode());
        Assert.False(GrainId.TryParse("no slash", out _));
        Assert.Throws<ArgumentException>(() => GrainId.Parse("no slash"));
        Assert.True(default(GrainId).IsDefault);
    }

    [Fact]
    public void Keys_of_another_kind_are_refused()
    {
        var text = GrainId.Create("payment", "not-a-guid");
        Assert.False(text.TryGetGuidKey(out _, out _));
        Assert.False(text.TryGetIntegerKey(out _, out _));
        Assert.Throws<InvalidOperationException>(() => Grains.GetGrain<IWorkGrain>("word").GetPrimaryKey());
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<IWorkGrain>(" "));
    }

    /// <summary>Stored beside reminders, so it must be the same in every version and on every node.</summary>
    [Theory]
    [InlineData("payment", "b955db5eaef247debbb9c80b9cc16e8f", 294770136u)]
    [InlineData("retry", "0", 2770440494u)]
    [InlineData("work", "sixteen bytes ok", 181269419u)]
    public void The_uniform_hash_is_that_of_orleans(string type, string key, uint hash) =>
        Assert.Equal(hash, GrainId.Create(type, key).GetUniformHashCode());

    [Fact]
    public void Grain_types_are_named_by_attribute_or_by_convention()
    {
        Assert.Equal("work", Grains.GetGrain<IWorkGrain>("x").GetGrainId().Type.ToString());
        Assert.Equal("named-by-attribute", Grains.GetGrain<INamedGrain>(1).GetGrainId().Type.ToString());
        Assert.Equal("granary", Grains.GetGrain<IGranary>(1).GetGrainId().Type.ToString());
    }

    [Fact]
    public async Task A_reference_by_grain_id_is_the_same_grain()
    {
        var grain = Grains.GetGrain<IStoreGrain>("by-id");
        await grain.WriteAsync(5);
        var again = Grains.GetGrain<IStoreGrain>(GrainId.Parse("store/by-id"));

        Assert.Equal(5, (await again.ReadAsync()).Amount);
        Assert.Equal(grain, again);
    }

    [Fact]
    public async Task A_grain_is_called_by_any_of_its_interfaces()
    {
        var grain = Grains.GetGrain<INamedGrain>(7);
        Assert.Equal("named-by-attribute/7", await grain.NameAsync());
        Assert.Equal("again 7", await grain.AsReference<IAlsoNamedGrain>().AgainAsync());
    }

    [Fact]
    public void An_interface_without_a_class_has_no_grains() =>
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<INowhereGrain>(1));

    [Fact]
    public void An_interface_with_several_classes_needs_a_choice()
    {
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<IShapeGrain>(1));
        Assert.Equal("circle", Grains.GetGrain<IShapeGrain>(1, "Payments.Conformance.Circle").GetGrainId().Type.ToString());
    }
}

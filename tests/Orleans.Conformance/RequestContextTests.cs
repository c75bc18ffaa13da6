namespace Payments.Conformance;

public sealed class RequestContextTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task Values_travel_with_calls_and_on_to_further_grains()
    {
        RequestContext.Set("merchant", "m1");
        Assert.Equal("m1", await Call("context").ContextAsync("merchant"));
        Assert.Equal("m1", await Call("context").RelayContextAsync("merchant", "further"));

        RequestContext.Remove("merchant");
        Assert.Null(await Call("context").ContextAsync("merchant"));
        RequestContext.Clear();
    }

    [Fact]
    public async Task What_a_grain_sets_neither_comes_back_nor_stays()
    {
        Assert.Equal("inner", await Call("setter").SetContextAsync("merchant", "inner"));

        Assert.Null(RequestContext.Get("merchant"));
        Assert.Null(await Call("setter").ContextAsync("merchant"));
    }

    [Fact]
    public async Task Concurrent_callers_do_not_see_each_others_values()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            RequestContext.Set("number", $"{number}");
            return (number, await Call("many").RelayContextAsync("number", "further"));
        }));

        Assert.All(results, result => Assert.Equal($"{result.number}", result.Item2));
    }

    private ICallGrain Call(string key) => fixture.Silo.Grains.GetGrain<ICallGrain>(key);
}

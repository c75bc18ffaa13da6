namespace Payments.Providers.Tests;

public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2")]
    [InlineData("python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d")]
    public void UUIDv5_meets_the_published_vectors(string name, string expected) =>
        Assert.Equal(Guid.Parse(expected), UuidV5.Create(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), name));

    [Theory]
    [InlineData(null, "")]
    [InlineData("No such payment_intent: 'pi_3Nabc'", "No such payment_intent: 'pi_3Nabc'")]
    [InlineData("Invalid API Key provided: sk_test_****1234", "Invalid API Key provided: ***")]
    [InlineData("rk_live_1 whsec_AbC+/= klarna_live_api_x.y-z", "*** *** ***")]
    [InlineData("card 4242424242424242 and 4242-4242-4242-4242", "card *** and ***")]
    [InlineData("amount 250000000000 at risk_level 3", "amount 250000000000 at risk_level 3")]
    [InlineData("line\r\nbreak\u2028and\u0000nul", "line  break and nul")]
    public void Text_from_outside_is_made_safe(string? text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void Text_from_outside_is_cut() => Assert.Equal(300, SafeText.Clean(new string('a', 10_000)).Length);
}

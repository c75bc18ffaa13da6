using System.Globalization;
using System.Numerics;
using Payments.Grains.PaymentRequest;

namespace Payments.Grains.Tests.PaymentRequest;

public sealed class PaycodeTests
{
    /// <summary>References that others publish as valid examples of ISO 11649; ours pads to ten digits, which does not move the check digits.</summary>
    [Theory]
    [InlineData(539007547034, "RF18539007547034")]
    [InlineData(2348231, "RF710002348231")]
    [InlineData(2348236, "RF330002348236")]
    public void The_check_digits_are_those_of_published_references(long id, string paycode) => Assert.Equal(paycode, Paycode.For(id));

    [Fact]
    public void Every_paycode_leaves_a_remainder_of_one()
    {
        long[] ids = [.. Enumerable.Range(1, 2000), 9_999_999_999, 10_000_000_000, long.MaxValue];
        foreach (var id in ids)
        {
            var paycode = Paycode.For(id);
            Assert.Matches("^RF[0-9]{2}[0-9]{10,21}$", paycode);

            // The standard's own check: move the first four to the end, letters become 10 to 35, the number modulo 97 is 1.
            var rearranged = string.Concat((paycode[4..] + paycode[..4]).Select(letter => char.IsDigit(letter)
                ? letter.ToString()
                : (letter - 'A' + 10).ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(BigInteger.One, BigInteger.Parse(rearranged, CultureInfo.InvariantCulture) % 97);
        }
    }

    [Fact]
    public void Check_digits_below_ten_keep_their_leading_zero() => Assert.Equal("RF020000000036", Paycode.For(36));
}

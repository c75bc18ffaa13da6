using System.Security.Cryptography;
using System.Text;

namespace Payments.Providers.Tests;

public sealed class WebhookSignatureTests
{
    // The vector that the official libraries of Standard Webhooks share.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly DateTimeOffset Sent = DateTimeOffset.FromUnixTimeSeconds(1614265330);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private static readonly string Other = $"whsec_{Convert.ToBase64String(Enumerable.Range(0, 64).Select(index => (byte)index).ToArray())}";

    private static byte[] Body => "{\"test\": 2432232314}"u8.ToArray();

    [Fact]
    public void The_published_vector_is_met() => Assert.Equal(Signature, WebhookSignature.Sign(Id, Sent, Body, [Secret]));

    [Fact]
    public void The_signature_is_the_HMAC_of_id_time_and_body_under_the_decoded_secret()
    {
        byte[] body = [0, 255, .. "ünï"u8];
        var key = Convert.FromBase64String(Other["whsec_".Length..]);

        var expected = HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes("evt_1.1614265330."), .. body]);

        Assert.Equal($"v1,{Convert.ToBase64String(expected)}", WebhookSignature.Sign("evt_1", Sent.AddMilliseconds(999), body, [Other]));
    }

    [Fact]
    public void During_a_rotation_every_secret_signs_and_any_of_them_verifies()
    {
        var header = WebhookSignature.Sign(Id, Sent, Body, [Other, Secret]);

        Assert.EndsWith(" " + Signature, header, StringComparison.Ordinal);
        Assert.True(Verify(header, Other));
        Assert.True(Verify(header, Secret));
        Assert.True(WebhookSignature.Verify(Id, "1614265330", Signature, Body, [Other, Secret], Sent, Tolerance));
        Assert.False(Verify(Signature, Other));
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_timestamp_outside_the_tolerance_is_refused(int seconds, bool verifies) =>
        Assert.Equal(verifies, WebhookSignature.Verify(Id, "1614265330", Signature, Body, [Secret], Sent.AddSeconds(seconds), Tolerance));

    [Theory]
    [InlineData(null, "1614265330", Signature)]
    [InlineData("", "1614265330", Signature)]
    [InlineData("msg_another", "1614265330", Signature)]
    [InlineData(Id, null, Signature)]
    [InlineData(Id, "1614265331", Signature)]
    [InlineData(Id, " 1614265330", Signature)]
    [InlineData(Id, "-1614265330", Signature)]
    [InlineData(Id, "1e9", Signature)]
    [InlineData(Id, "9223372036854775807", Signature)]
    [InlineData(Id, "1614265330", null)]
    [InlineData(Id, "1614265330", "")]
    [InlineData(Id, "1614265330", "v1,")]
    [InlineData(Id, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, "1614265330", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, "1614265330", "v1,G0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, "1614265330", "v1,😀")]
    public void What_was_not_signed_does_not_verify(string? id, string? timestamp, string? signature) =>
        Assert.False(WebhookSignature.Verify(id, timestamp, signature, Body, [Secret], Sent, Tolerance));

    [Fact]
    public void A_changed_body_does_not_verify() =>
        Assert.False(WebhookSignature.Verify(Id, "1614265330", Signature, [.. Body, (byte)' '], [Secret], Sent, Tolerance));

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64!")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_malformed_secret_is_refused_without_being_repeated(string secret)
    {
        var exception = Assert.Throws<ArgumentException>(() => WebhookSignature.Sign(Id, Sent, Body, [secret]));
        Assert.DoesNotContain(secret.Replace("whsec_", "x", StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_with_a_dot_and_a_message_without_a_secret_are_refused()
    {
        Assert.Throws<ArgumentException>(() => WebhookSignature.Sign("a.b", Sent, Body, [Secret]));
        Assert.Throws<ArgumentException>(() => WebhookSignature.Sign(Id, Sent, Body, []));
    }

    private static bool Verify(string header, string secret) => WebhookSignature.Verify(Id, "1614265330", header, Body, [secret], Sent, Tolerance);
}

using System.Security.Cryptography;
using System.Text;
using static Payments.Providers.Tests.EventHost;

namespace Payments.Providers.Tests;

public sealed class KlarnaEventTests
{
    private const string Body =
        """{"metadata":{"event_id":"e-1","event_type":"payment.request.state-change.completed","event_version":"v2","occurred_at":"2026-11-21T11:59:50Z"},"payload":{"payment_request_id":"krn:payment:eu1:request:1","payment_request_reference":"42","state":"COMPLETED","previous_state":"SUBMITTED"}}""";

    // HMAC-SHA256 of the body under the first key's secret, computed apart from this code.
    private const string Signature = "CuszbKZTY+vw64i+QBYbBIGpqvw0gWSyq+bqZDmVDMc=";

    [Fact]
    public async Task An_event_with_the_named_keys_signature_is_read()
    {
        await using var host = WithSecrets();
        Assert.Equal(
            new ProviderEvent(
                "klarna", "e-1", "payment.request.state-change.completed", ManualTimeProvider.Noon.AddSeconds(-10),
                "krn:payment:eu1:request:1", "krn:payment:eu1:request:1", "Completed", "42"),
            Assert.IsType<ProviderEventReading.Event>(Read(host, Body, Signature, "key-1")).Value);
    }

    [Theory]
    [InlineData(null, "key-1", "no signature")]
    [InlineData(Signature, null, "no signature")]
    [InlineData(Signature, "key-3", "unknown signing key")]
    [InlineData(Signature, "KEY-1", "unknown signing key")]
    [InlineData(Signature, "key-2", "wrong signature")]
    [InlineData("DuszbKZTY+vw64i+QBYbBIGpqvw0gWSyq+bqZDmVDMc=", "key-1", "wrong signature")]
    [InlineData("CuszbKZTY+vw64i+QBYbBIGpqvw0gWSyq+bqZDmVDMc", "key-1", "malformed signature")]
    [InlineData("CuszbKZTY+vw64i+QBYbBIGpqvw0gWSyq+bqZDmV", "key-1", "malformed signature")]
    [InlineData("0aeb336ca65363ebf0eb88be40161b0481a9aafc348164b2abe6ea6439950cc7", "key-1", "malformed signature")]
    [InlineData("", "key-1", "no signature")]
    public async Task Any_other_signature_is_rejected(string? signature, string? key, string why)
    {
        await using var host = WithSecrets();
        Assert.Equal(new ProviderEventReading.Rejected(why), Read(host, Body, signature, key));
    }

    [Fact]
    public async Task Not_one_byte_of_the_body_can_be_changed()
    {
        await using var host = WithSecrets();
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.Equal(new ProviderEventReading.Rejected("wrong signature"), Read(host, changed, Signature, "key-1"));
        }
    }

    [Theory]
    [InlineData("1.00:00:00", true)]
    [InlineData("1.00:00:01", false)]
    [InlineData("-00:05:00", true)]
    [InlineData("-00:05:01", false)]
    public async Task An_old_body_sent_again_is_rejected_once_klarna_itself_has_given_up(string age, bool isRight)
    {
        await using var host = WithSecrets();
        host.Time.Advance(TimeSpan.Parse(age) - TimeSpan.FromSeconds(10));
        var reading = Read(host, Body, Signature, "key-1");
        Assert.Equal(isRight ? typeof(ProviderEventReading.Event) : typeof(ProviderEventReading.Rejected), reading.GetType());
    }

    [Theory]
    [InlineData("completed", """{"payment_request_id":"krn:1","state":"COMPLETED"}""", "krn:1 Completed -")]
    [InlineData("expired", """{"payment_request_id":"krn:1","state":"EXPIRED","payment_reference":"7"}""", "krn:1 Expired 7")]
    [InlineData("in-progress", """{"payment_request_id":"krn:1","state":"IN_PROGRESS","payment_request_reference":"7","payment_reference":"8"}""", "krn:1 InProgress 7")]
    [InlineData("authorized", """{"payment_request_id":"krn:1","state":"AUTHORIZED"}""", "krn:1 - -")]
    public async Task Every_state_change_names_the_request_that_it_is_about(string change, string payload, string expected)
    {
        await using var host = WithSecrets();
        var read = Assert.IsType<ProviderEventReading.Event>(Signed(host, Envelope($"payment.request.state-change.{change}", payload))).Value;
        Assert.Equal(expected, $"{read.ObjectId} {read.Claim ?? "-"} {read.Owner ?? "-"}");
    }

    [Fact]
    public async Task Other_types_are_irrelevant_and_other_bodies_are_rejected()
    {
        await using var host = WithSecrets();
        Assert.Equal(new ProviderEventReading.Irrelevant("e-2", "payment.transaction.captured"), Signed(host, Envelope("payment.transaction.captured", "7")));
        string[] bodies =
        [
            "", "[]", "{}", """{"metadata":[]}""", Envelope("payment.request.state-change.completed", "{}"),
            Envelope("payment.request.state-change.completed", """{"payment_request_id":"a/b"}"""),
            Envelope("payment.request.state-change.completed", "{}").Replace("e-2", "", StringComparison.Ordinal),
            Envelope("payment.request.state-change.completed", "{}").Replace("2026-11-21T11:59:50Z", "yesterday", StringComparison.Ordinal),
        ];
        foreach (var body in bodies)
            Assert.IsType<ProviderEventReading.Rejected>(Signed(host, body));
    }

    [Fact]
    public async Task Without_a_key_it_says_which_setting_is_missing()
    {
        await using var host = new EventHost();
        Assert.Equal("Payments:Klarna:WebhookKeys", host.Klarna.MissingSetting);
    }

    private static string Envelope(string type, string payload) =>
        $$"""{"metadata":{"event_id":"e-2","event_type":"{{type}}","occurred_at":"2026-11-21T11:59:50Z"},"payload":{{payload}}}""";

    private static ProviderEventReading Signed(EventHost host, string body) =>
        Read(host, body, Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(KlarnaSecret), Encoding.UTF8.GetBytes(body))), "key-1");

    private static ProviderEventReading Read(EventHost host, string body, string? signature, string? key) =>
        Read(host, Encoding.UTF8.GetBytes(body), signature, key);

    private static ProviderEventReading Read(EventHost host, byte[] body, string? signature, string? key) => host.Klarna.Read(body, name => name switch
    {
        "Klarna-Signature" => signature,
        "Klarna-Signing-Key-Id" => key,
        _ => null,
    });
}

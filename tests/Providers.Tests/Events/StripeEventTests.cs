using System.Security.Cryptography;
using System.Text;
using static Payments.Providers.Tests.EventHost;

namespace Payments.Providers.Tests;

public sealed class StripeEventTests
{
    private const string Payment = "6a0f2b1e-3c4d-4e5f-8a9b-0c1d2e3f4a5b";

    private const string Body =
        """{"id":"evt_1","object":"event","created":1795262390,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent","status":"succeeded","metadata":{"payment_id":"6a0f2b1e-3c4d-4e5f-8a9b-0c1d2e3f4a5b"}}}}""";

    // HMAC-SHA256 of "1795262400." and the body, computed apart from this code.
    private const string Time = "1795262400";
    private const string Signature = "1c427a0859d048a301ae950e9ef57b004b5709763d8f6fba66996c3a33b65caa";
    private const string NewSignature = "1374759ef956e860fbfed641428bb2c342d8a3c62b76ab623f400e0fae82856c";

    [Theory]
    [InlineData($"t={Time},v1={Signature}")]
    [InlineData($"t={Time},v1={NewSignature}")]
    [InlineData($"t={Time},v1={NewSignature},v1={Signature}")]
    [InlineData($"t={Time},v1=00,v0=abc,v1={Signature},v2=x")]
    [InlineData($" v1={Signature}, t={Time} ")]
    public async Task A_signature_of_any_of_the_secrets_in_any_place_of_the_header_is_right(string header)
    {
        await using var host = WithSecrets();
        Assert.Equal(
            new ProviderEvent("stripe", "evt_1", "payment_intent.succeeded", ManualTimeProvider.Noon.AddSeconds(-10), "pi_1", "pi_1", "Succeeded", Payment),
            Assert.IsType<ProviderEventReading.Event>(Read(host, Body, header)).Value);
        AgreesWithStripe(header, isRight: true);
    }

    [Theory]
    [InlineData(null, "no signature")]
    [InlineData("", "no signature")]
    [InlineData("  ", "no signature")]
    [InlineData("nonsense", "malformed signature")]
    [InlineData($"t={Time},v1={Signature},", "malformed signature")]
    [InlineData($"v1={Signature}", "malformed signature")]
    [InlineData($"t=,v1={Signature}", "malformed signature")]
    [InlineData($"t=now,v1={Signature}", "malformed signature")]
    [InlineData($"t=-{Time},v1={Signature}", "malformed signature")]
    [InlineData($"t=99999999999999999999,v1={Signature}", "malformed signature")]
    [InlineData($"t={Time}", "wrong signature")]
    [InlineData($"t={Time},v0={Signature}", "wrong signature")]
    [InlineData($"t={Time},v1=", "wrong signature")]
    [InlineData($"t={Time},v1=0{Signature}", "wrong signature")]
    [InlineData($"t=1795262401,v1={Signature}", "wrong signature")]
    [InlineData($"t=01795262400,v1={Signature}", "wrong signature")]
    [InlineData($"t={Time},v1=1C427A0859D048A301AE950E9EF57B004B5709763D8F6FBA66996C3A33B65CAA", "wrong signature")]
    [InlineData($"t={Time},v1=1c427a0859d048a301ae950e9ef57b004b5709763d8f6fba66996c3a33b65cab", "wrong signature")]
    public async Task Any_other_header_is_rejected(string? header, string why)
    {
        await using var host = WithSecrets();
        Assert.Equal(new ProviderEventReading.Rejected(why), Read(host, Body, header));
        if (header?.Contains("t=1", StringComparison.Ordinal) == true && why == "wrong signature")
            AgreesWithStripe(header, isRight: false);
    }

    [Fact]
    public async Task A_header_without_end_is_rejected_without_reading_it()
    {
        await using var host = WithSecrets();
        var header = $"t={Time}," + string.Join(',', Enumerable.Repeat($"v1={NewSignature}", 40));
        Assert.Equal(new ProviderEventReading.Rejected("malformed signature"), Read(host, Body, header));
    }

    [Fact]
    public async Task Not_one_byte_of_the_body_can_be_changed_added_or_left_out()
    {
        await using var host = WithSecrets();
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.Equal(new ProviderEventReading.Rejected("wrong signature"), Read(host, changed, $"t={Time},v1={Signature}"));
        }

        Assert.IsType<ProviderEventReading.Rejected>(Read(host, Body + "\n", $"t={Time},v1={Signature}"));
        Assert.IsType<ProviderEventReading.Rejected>(Read(host, Body[..^1], $"t={Time},v1={Signature}"));
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    public async Task The_time_may_be_off_by_five_minutes_both_ways(int seconds, bool isRight)
    {
        await using var host = WithSecrets();
        host.Time.Advance(TimeSpan.FromSeconds(seconds));
        var reading = Read(host, Body, $"t={Time},v1={Signature}");
        Assert.Equal(isRight ? typeof(ProviderEventReading.Event) : typeof(ProviderEventReading.Rejected), reading.GetType());
        AgreesWithStripe($"t={Time},v1={Signature}", isRight, seconds);
    }

    [Theory]
    [InlineData("payment_intent.canceled", """{"id":"pi_1","status":"canceled","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 Canceled p")]
    [InlineData("payment_intent.processing", """{"id":"pi_1","status":"processing","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 Processing p")]
    [InlineData("payment_intent.requires_action", """{"id":"pi_1","status":"requires_action","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 RequiresAction p")]
    [InlineData("payment_intent.amount_capturable_updated", """{"id":"pi_1","status":"requires_capture","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 RequiresCapture p")]
    [InlineData("payment_intent.payment_failed", """{"id":"pi_1","status":"requires_payment_method","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 RequiresPaymentMethod p")]
    [InlineData("payment_intent.succeeded", """{"id":"pi_1","status":"a_new_word","metadata":{"payment_id":"p"}}""", "pi_1 pi_1 - p")]
    [InlineData("charge.refunded", """{"id":"ch_1","payment_intent":"pi_1","status":"succeeded","metadata":{"payment_id":"p"}}""", "pi_1 ch_1 - p")]
    [InlineData("charge.expired", """{"id":"ch_1","payment_intent":"pi_1","metadata":{}}""", "pi_1 ch_1 - -")]
    [InlineData("refund.created", """{"id":"re_1","payment_intent":"pi_1","status":"pending","metadata":{"payment_id":"p"}}""", "pi_1 re_1 Pending p")]
    [InlineData("refund.updated", """{"id":"re_1","payment_intent":"pi_1","status":"succeeded","metadata":null}""", "pi_1 re_1 Succeeded -")]
    [InlineData("refund.failed", """{"id":"re_1","payment_intent":"pi_1","status":"failed"}""", "pi_1 re_1 Failed -")]
    [InlineData("charge.refund.updated", """{"id":"re_1","payment_intent":"pi_1","status":"succeeded"}""", "pi_1 re_1 Succeeded -")]
    public async Task Every_type_that_matters_names_the_intent_that_it_is_about(string type, string subject, string expected)
    {
        await using var host = WithSecrets();
        var read = Assert.IsType<ProviderEventReading.Event>(Signed(host, Envelope(type, subject))).Value;
        Assert.Equal(expected, $"{read.ObjectId} {read.SubjectId} {read.Claim ?? "-"} {read.Owner ?? "-"}");
    }

    [Theory]
    [InlineData("customer.created", """{"id":"cus_1"}""")]
    [InlineData("charge.dispute.created", """{"id":"dp_1","payment_intent":"pi_1"}""")]
    [InlineData("payment_intent.created", """{"id":"pi_1","metadata":{"payment_id":"p"}}""")]
    [InlineData("invoice.paid", "17")]
    [InlineData("payment_intent.succeeded", """{"id":"pi_1","status":"succeeded","metadata":{"order":"another system's"}}""")]
    [InlineData("charge.refunded", """{"id":"ch_1","payment_intent":null,"metadata":{"payment_id":"p"}}""")]
    public async Task What_says_nothing_about_a_payment_of_ours_is_irrelevant(string type, string subject)
    {
        await using var host = WithSecrets();
        Assert.Equal(new ProviderEventReading.Irrelevant("evt_2", type), Signed(host, Envelope(type, subject)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_2","object":"thin_event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"","object":"event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":"1","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":1e300,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":9223372036854775807,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":1,"type":"payment_intent.succeeded","data":[]}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":7}}}""")]
    [InlineData("""{"id":"evt_2","object":"event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi/../1"}}}""")]
    [InlineData("""{"id":"evt_2","id":"evt_3","object":"event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_\ud800","object":"event","created":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""")]
    public async Task A_body_that_is_no_event_is_rejected_although_it_is_signed(string body)
    {
        await using var host = WithSecrets();
        Assert.IsType<ProviderEventReading.Rejected>(Signed(host, body));
    }

    [Fact]
    public async Task Without_a_secret_it_says_which_setting_is_missing_and_reads_nothing()
    {
        await using var host = new EventHost();
        Assert.Equal("Payments:Stripe:WebhookSecrets", host.Stripe.MissingSetting);
        Assert.Equal(new ProviderEventReading.Rejected("wrong signature"), Read(host, Body, $"t={Time},v1={Signature}"));
        await using var configured = WithSecrets();
        Assert.Null(configured.Stripe.MissingSetting);
    }

    private static string Envelope(string type, string subject) =>
        $$$"""{"id":"evt_2","object":"event","created":1795262390,"type":"{{{type}}}","data":{"object":{{{subject}}}}}""";

    private static ProviderEventReading Signed(EventHost host, string body)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{Time}.{body}"));
        return Read(host, body, $"t={Time},v1={Convert.ToHexStringLower(signature)}");
    }

    private static ProviderEventReading Read(EventHost host, string body, string? header) => Read(host, Encoding.UTF8.GetBytes(body), header);

    private static ProviderEventReading Read(EventHost host, byte[] body, string? header) =>
        host.Stripe.Read(body, name => name == "Stripe-Signature" ? header : null);

    /// <summary>Stripe's own library judges the same, wherever it is in.</summary>
    private static void AgreesWithStripe(string header, bool isRight, int late = 0)
    {
#if FULL_PACKAGE_SET
        var accepts = new[] { Secret, NewSecret }.Any(secret => Record.Exception(
            () => Stripe.EventUtility.ValidateSignature(Body, header, secret, 300, ManualTimeProvider.Noon.ToUnixTimeSeconds() + late)) is null);
        Assert.Equal(isRight, accepts);
#else
        Assert.NotNull(header);
        _ = (isRight, late);
#endif
    }
}

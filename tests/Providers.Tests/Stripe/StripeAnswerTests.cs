using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

/// <summary>api-facts §3.1 and §3.4, row by row.</summary>
public sealed class StripeAnswerTests : AdapterTests
{
    private const string Html = "<html><body>not Stripe</body></html>";

    public static TheoryData<int, string, string> CancelRows => new()
    {
        { 200, Intent("canceled"), "success Canceled" },
        { 200, Intent("processing"), "unknown ConnectionLost" },
        { 200, Intent("canceled", id: "pi_another"), "unknown ConnectionLost" },
        { 200, Intent("frozen"), "unknown ConnectionLost" },
        { 400, UnexpectedState(Intent("canceled")), "success Canceled" },
        { 400, UnexpectedState("""{"id":"pi_1","status":"canceled"}"""), "success Canceled" },
        { 400, UnexpectedState(Intent("succeeded")), "refused payment_intent_unexpected_state Succeeded" },
        { 400, UnexpectedState(Intent("processing")), "refused payment_intent_unexpected_state Processing" },
        { 400, UnexpectedState(Intent("requires_capture")), "refused payment_intent_unexpected_state RequiresCapture" },
        { 400, UnexpectedState(null), "unknown ServerError" },
        { 400, UnexpectedState(Intent("frozen")), "unknown ServerError" },
        { 400, UnexpectedState(Intent("canceled", id: "pi_another")), "unknown ServerError" },
        { 402, Error("card_error", "card_declined", Intent("canceled")), "success Canceled" },
    };

    public static TheoryData<int, string, string> CreateRows => new()
    {
        { 200, Intent("requires_payment_method"), "success RequiresPaymentMethod" },
        { 200, Intent("requires_confirmation"), "success RequiresConfirmation" },
        { 200, Intent("requires_action"), "success RequiresAction" },
        { 200, Intent("processing"), "success Processing" },
        { 200, Intent("requires_capture"), "success RequiresCapture" },
        { 200, Intent("canceled"), "success Canceled" },
        { 200, Intent("succeeded"), "success Succeeded" },
        { 402, Error("card_error", "card_declined", Intent("requires_payment_method")), "refused card_declined RequiresPaymentMethod" },
        { 402, Error("card_error", "card_declined"), "refused card_declined" },
        { 402, Error("card_error"), "refused card_error" },
        { 400, Error("invalid_request_error", "amount_too_small"), "refused amount_too_small" },
        { 400, Error("invalid_request_error", "resource_missing"), "refused resource_missing" },
    };

    /// <summary>What every operation makes of these is the same.</summary>
    public static TheoryData<int, string, string> CommonRows => new()
    {
        { 200, "", "unknown ConnectionLost" },
        { 200, Html, "unknown ConnectionLost" },
        { 200, "{", "unknown ConnectionLost" },
        { 200, "{}", "unknown ConnectionLost" },
        { 200, "[]", "unknown ConnectionLost" },
        { 200, "null", "unknown ConnectionLost" },
        { 200, "42", "unknown ConnectionLost" },
        { 200, """{"id":"pi_1","status":7,"amount":1}""", "unknown ConnectionLost" },
        { 200, """{"id":"pi_1","status":"canceled","amount":"much"}""", "unknown ConnectionLost" },
        { 204, "", "unknown ConnectionLost" },
        { 302, Html, "unknown Misconfigured" },
        { 400, Error("invalid_request_error", "parameter_missing"), "unknown Misconfigured" },
        { 400, Error("invalid_request_error"), "unknown Misconfigured" },
        { 400, Error("idempotency_error"), "unknown Misconfigured" },
        { 400, Error("idempotency_error", "resource_missing"), "unknown Misconfigured" },
        { 400, Html, "unknown Misconfigured" },
        { 400, "[]", "unknown ConnectionLost" },
        { 400, """{"error":7}""", "unknown ConnectionLost" },
        { 401, Error("invalid_request_error", message: $"Invalid API Key provided: {Host.StripeKey}"), "unknown Misconfigured" },
        { 402, Html, "unknown Misconfigured" },
        { 403, Error("invalid_request_error", "more_permissions_required"), "unknown Misconfigured" },
        { 404, Error("invalid_request_error", "resource_missing"), "refused resource_missing" },
        { 404, Error("invalid_request_error"), "unknown Misconfigured" },
        { 404, Html, "unknown Misconfigured" },
        { 408, Html, "unknown Timeout" },
        { 409, Error("idempotency_error", "idempotency_key_in_use"), "unknown KeyInUse" },
        { 409, Error("invalid_request_error", "lock_timeout"), "unknown KeyInUse" },
        { 409, Html, "unknown KeyInUse" },
        { 424, Error("api_error"), "unknown ServerError" },
        { 429, Error("invalid_request_error", "rate_limit"), "unknown RateLimited" },
        { 429, Error("invalid_request_error", "lock_timeout"), "unknown RateLimited" },
        { 500, Error("api_error"), "unknown ServerError" },
        { 502, Html, "unknown ServerError" },
        { 503, "", "unknown ServerError" },
    };

    [Theory]
    [MemberData(nameof(CancelRows))]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_cancel_means(int status, string body, string expected)
    {
        _server.Answer(status, body, ("Location", "http://127.0.0.1:1/elsewhere"));

        var result = await _host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, Call, default).Soon();

        AssertOutcome(expected, Outcome.Of(result), Outcome.Words(result));
    }

    /// <summary>The same answers, but for the one that only a cancel takes for success.</summary>
    [Theory]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_capture_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        var result = await _host.Stripe.CaptureAsync("pi_1", 1, Call, default).Soon();

        AssertOutcome(expected, Outcome.Of(result), Outcome.Words(result));
    }

    [Theory]
    [MemberData(nameof(CreateRows))]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_create_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        var result = await _host.Stripe.CreateAsync(Card, Call, default).Soon();

        AssertOutcome(expected, Outcome.Of(result), Outcome.Words(result));
    }

    [Theory]
    [InlineData(200, "succeeded", "success Succeeded")]
    [InlineData(200, "requires_action", "success RequiresAction")]
    [InlineData(200, "failed", "success Failed")]
    [InlineData(200, "canceled", "success Canceled")]
    [InlineData(200, "frozen", "unknown ConnectionLost")]
    public async Task A_refund_is_read_as_it_is(int status, string word, string expected)
    {
        _server.Answer(status, Refund(word));

        var result = await _host.Stripe.RetrieveRefundAsync("re_1", Deadline, default).Soon();

        AssertOutcome(expected, Outcome.Of(result), Outcome.Words(result));
    }

    [Theory]
    [MemberData(nameof(CommonRows))]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"charge_already_refunded","message":"m"}}""", "refused charge_already_refunded")]
    public async Task An_answer_to_a_refund_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        var result = await _host.Stripe.RefundAsync(new NewRefund(PaymentId, "pi_1", CancellationReason.Duplicate), Call, default).Soon();

        AssertOutcome(expected, Outcome.Of(result), Outcome.Words(result));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Sat, 21 Nov 2026 12:01:30 GMT", 90)]
    [InlineData("Sat, 21 Nov 2026 11:00:00 GMT", 0)]
    public async Task Retry_After_becomes_a_wait(string header, int seconds)
    {
        _server.Answer(429, Error("invalid_request_error", "rate_limit"), ("Retry-After", header));

        var result = await _host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();

        Assert.Equal($"unknown RateLimited retry {seconds}", Outcome.Of(result));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    public async Task An_unreadable_Retry_After_is_none(string header)
    {
        _server.Answer(503, Error("api_error"), ("Retry-After", header));

        var result = await _host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();

        Assert.Equal("unknown ServerError", Outcome.Of(result));
    }

    [Fact]
    public async Task A_decline_says_why_without_card_data_or_keys()
    {
        var message = "Card 4242 4242 4242 4242 declined,\\n see sk_live_abc123 and pi_1_secret_xyz";
        _server.Answer(402, Error("card_error", "card_declined", Intent("requires_payment_method"), message));

        var result = await _host.Stripe.CreateAsync(Card, Call, default).Soon();

        var refused = Assert.IsType<ProviderResult<PaymentIntentSnapshot>.Refused>(result);
        Assert.Equal("Card *** declined,  see *** and pi_1***", refused.Message);
    }

    [Fact]
    public async Task The_last_error_and_the_reason_of_an_intent_are_read()
    {
        _server.Answer(
            200,
            """
            {"id":"pi_1","status":"canceled","amount":100,"amount_received":40,"cancellation_reason":"automatic",
             "last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"lost_card",
               "payment_method":{"id":"pm_1","object":"payment_method"}}}
            """);

        var result = await _host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();

        var snapshot = Assert.IsType<ProviderResult<PaymentIntentSnapshot>.Success>(result).Value;
        Assert.Equal(new PaymentIntentSnapshot("pi_1", PaymentIntentStatus.Canceled, 100, 40, "automatic", "card_declined"), snapshot);
    }

    [Fact]
    public async Task An_unknown_outcome_names_Stripes_request_for_support()
    {
        _server.Answer(500, Error("api_error"), ("Request-Id", "req_abc"));

        var result = await _host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();

        Assert.Equal("HTTP 500 api_error, request req_abc", Assert.IsType<ProviderResult<PaymentIntentSnapshot>.Unknown>(result).Detail);
    }

    private void AssertOutcome(string expected, string actual, string words)
    {
        Assert.Equal(expected, actual);
        Assert.DoesNotContain(Host.StripeKey, words, StringComparison.Ordinal);
        Assert.DoesNotContain(Host.StripeKey, _host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("not Stripe", words, StringComparison.Ordinal);

        // Neither a retry of Stripe.net's nor a redirect: one call is one request.
        Assert.Single(_server.Requests);
    }
}

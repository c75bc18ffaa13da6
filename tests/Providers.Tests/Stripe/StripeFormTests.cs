using System.Collections.Immutable;
using System.Net;
using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

public sealed class StripeFormTests() : AdapterTests(("Payments:Stripe:ReturnUrl", "https://pay.example/back"))
{
    [Fact]
    public async Task A_card_hold_is_created_with_exactly_this_form()
    {
        _server.Answer(200, Intent("requires_capture"));

        var result = await _host.Stripe.CreateAsync(Card, Call, default).Soon();

        var snapshot = Assert.IsType<ProviderResult<PaymentIntentSnapshot>.Success>(result).Value;
        Assert.Equal(new PaymentIntentSnapshot("pi_1", PaymentIntentStatus.RequiresCapture, 25000, 0, null, null), snapshot);
        Assert.Equal(("POST", "/v1/payment_intents", "HTTP/1.1"), (_server.Single.Method, _server.Single.Target, _server.Single.Version));
        Assert.Equal(
            "amount=25000&capture_method=manual&confirm=true&currency=usd&customer=cus_1&description=Order+1+%26+more"
            + "&error_on_requires_action=false&metadata[payment_id]=770e8400-e29b-41d4-a716-446655440000"
            + "&metadata[merchant_id]=b955db5e-aef2-47de-bbb9-c80b9cc16e8f&metadata[orderId]=1&payment_method=pm_card"
            + "&payment_method_types[0]=card&return_url=https%3A%2F%2Fpay.example%2Fback&statement_descriptor_suffix=ORDER1",
            _server.Single.Text);
    }

    [Fact]
    public async Task Our_own_key_and_nothing_secret_travel_in_the_headers()
    {
        _server.Answer(200, Intent("requires_capture"));

        await _host.Stripe.CreateAsync(Card, Call, default).Soon();

        var request = _server.Single;
        Assert.Equal($"Bearer {Host.StripeKey}", request.Header("Authorization"));
        Assert.Equal("770e8400:cancel:1", request.Header("Idempotency-Key"));
        Assert.Equal("2026-07-29.dahlia", request.Header("Stripe-Version"));
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", request.Header("Content-Type"));
        Assert.StartsWith("Stripe/v1 .NetBindings/52.2.0", request.Header("User-Agent"), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("platform", request.Header("X-Stripe-Client-User-Agent"), StringComparison.Ordinal);
        Assert.Null(request.Header("X-Stripe-Client-Telemetry"));
    }

    [Fact]
    public async Task A_sale_asks_for_no_capture_method()
    {
        _server.Answer(200, Intent("succeeded"));

        await _host.Stripe.CreateAsync(Card with { AuthorizeOnly = false }, Call, default).Soon();

        Assert.DoesNotContain("capture_method", _server.Single.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mandate_data", _server.Single.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bank_debit_carries_the_online_mandate_and_nothing_of_cards()
    {
        _server.Answer(200, Intent("processing"));
        var consent = new BankDebitConsent(ConsentKind.Online, ManualTimeProvider.Noon, "2001:db8::1", "Mozilla/5.0 (X)");

        await _host.Stripe.CreateAsync(Bank(consent), Call, default).Soon();

        Assert.Equal(
            "amount=25000&confirm=true&currency=usd&error_on_requires_action=false"
            + "&mandate_data[customer_acceptance][accepted_at]=1795262400"
            + "&mandate_data[customer_acceptance][online][ip_address]=2001%3Adb8%3A%3A1"
            + "&mandate_data[customer_acceptance][online][user_agent]=Mozilla%2F5.0+(X)"
            + "&mandate_data[customer_acceptance][type]=online"
            + "&metadata[payment_id]=770e8400-e29b-41d4-a716-446655440000&metadata[merchant_id]=b955db5e-aef2-47de-bbb9-c80b9cc16e8f"
            + "&payment_method=pm_bank&payment_method_types[0]=us_bank_account",
            _server.Single.Text);
    }

    [Theory]
    [InlineData(ConsentKind.Written, "192.0.2.1", "Mozilla")]
    [InlineData(ConsentKind.Verbal, null, null)]
    [InlineData(ConsentKind.Online, "192.0.2.1", null)]
    [InlineData(ConsentKind.Online, null, "Mozilla")]
    public async Task A_consent_without_both_pieces_of_online_evidence_is_offline(ConsentKind kind, string? ip, string? agent)
    {
        _server.Answer(200, Intent("processing"));

        await _host.Stripe.CreateAsync(Bank(new BankDebitConsent(kind, ManualTimeProvider.Noon, ip, agent)), Call, default).Soon();

        Assert.Contains(
            "mandate_data[customer_acceptance][accepted_at]=1795262400&mandate_data[customer_acceptance][type]=offline&metadata",
            _server.Single.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merchants_metadata_never_overrides_ours_and_keeps_to_Stripes_limits()
    {
        _server.Answer(200, Intent("requires_capture"));
        var metadata = Enumerable.Range(0, 60).ToImmutableDictionary(index => $"k{index:00}", _ => "v")
            .Add("payment_id", "forged")
            .Add("merchant_id", "forged")
            .Add("allocation_id", "forged")
            .Add("refund_id", "forged")
            .Add("cancellation_reason", "forged")
            .Add("a[b]", "brackets")
            .Add(new string('a', 41), "long key")
            .Add("a-empty", "")
            .Add("a-long", new string('x', 499) + "😀tail");

        await _host.Stripe.CreateAsync(Card with { Metadata = metadata }, Call, default).Soon();

        var pairs = Pairs(_server.Single.Text).Where(pair => pair.Key.StartsWith("metadata[", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(50, pairs.Count);
        Assert.Equal(PaymentId.ToString(), pairs["metadata[payment_id]"]);
        Assert.Equal(MerchantId.ToString(), pairs["metadata[merchant_id]"]);
        Assert.Equal(new string('x', 499), pairs["metadata[a-long]"]);
        Assert.Equal(
            Enumerable.Range(0, 47).Select(index => $"metadata[k{index:00}]"),
            pairs.Keys.Where(key => key.StartsWith("metadata[k", StringComparison.Ordinal)));
        Assert.DoesNotContain(pairs.Values, value => value is "forged" or "brackets" or "long key" or "");
    }

    [Theory]
    [InlineData(CancellationReason.Duplicate, "duplicate")]
    [InlineData(CancellationReason.Fraudulent, "fraudulent")]
    [InlineData(CancellationReason.RequestedByCustomer, "requested_by_customer")]
    [InlineData(CancellationReason.Abandoned, "abandoned")]
    public async Task A_cancel_names_the_reason_and_the_intent(CancellationReason reason, string word)
    {
        _server.Answer(200, Intent("canceled", id: "pi_1/../x"));

        await _host.Stripe.CancelAsync("pi_1/../x", reason, Call, default).Soon();

        Assert.Equal(("POST", "/v1/payment_intents/pi_1%2F..%2Fx/cancel"), (_server.Single.Method, _server.Single.Target));
        Assert.Equal($"cancellation_reason={word}", _server.Single.Text);
        Assert.Equal("770e8400:cancel:1", _server.Single.Header("Idempotency-Key"));
    }

    [Fact]
    public async Task What_the_system_takes_back_is_cancelled_without_a_reason_that_nobody_gave()
    {
        _server.Answer(200, Intent("canceled"));

        await _host.Stripe.CancelAsync("pi_1", CancellationReason.AutomatedCancel, Call, default).Soon();

        Assert.Equal("", _server.Single.Text);
    }

    [Fact]
    public async Task A_card_of_a_split_tender_names_the_payment_and_itself()
    {
        _server.Answer(200, Intent("requires_capture"));
        _server.Answer(200, Refund("succeeded"));

        await _host.Stripe.CreateAsync(Card with { AllocationId = AllocationId }, Call, default).Soon();
        await _host.Stripe.RefundAsync(
            new NewRefund(PaymentId, "pi_1", CancellationReason.AutomatedCancel, AllocationId: AllocationId), Call, default).Soon();

        Assert.Contains(
            $"&metadata[payment_id]={PaymentId}&metadata[merchant_id]={MerchantId}&metadata[allocation_id]={AllocationId}&metadata[orderId]=1&",
            _server.Requests[0].Text,
            StringComparison.Ordinal);
        Assert.Equal(
            $"metadata[payment_id]={PaymentId}&metadata[cancellation_reason]=ccg_automated_cancel&metadata[allocation_id]={AllocationId}&payment_intent=pi_1",
            _server.Requests[1].Text);
    }

    [Theory]
    [InlineData(CancellationReason.Duplicate, "duplicate", "&reason=duplicate")]
    [InlineData(CancellationReason.Fraudulent, "fraudulent", "&reason=fraudulent")]
    [InlineData(CancellationReason.RequestedByCustomer, "requested_by_customer", "&reason=requested_by_customer")]
    [InlineData(CancellationReason.Abandoned, "abandoned", "")]
    public async Task A_refund_names_a_reason_that_Stripe_knows_and_keeps_ours_in_metadata(CancellationReason reason, string kept, string sent)
    {
        _server.Answer(200, Refund("pending"));

        var result = await _host.Stripe.RefundAsync(new NewRefund(PaymentId, "pi_1", reason), Call, default).Soon();

        Assert.Equal("success Pending", Outcome.Of(result));
        Assert.Equal(("POST", "/v1/refunds"), (_server.Single.Method, _server.Single.Target));
        Assert.Equal("770e8400:cancel:1", _server.Single.Header("Idempotency-Key"));
        Assert.Equal(
            $"metadata[payment_id]=770e8400-e29b-41d4-a716-446655440000&metadata[cancellation_reason]={kept}&payment_intent=pi_1{sent}",
            _server.Single.Text);
    }

    [Fact]
    public async Task A_capture_names_the_amount_and_the_intent()
    {
        _server.Answer(200, Intent("succeeded", id: "pi_1/../x"));

        var result = await _host.Stripe.CaptureAsync("pi_1/../x", 10000, Call, default).Soon();

        Assert.Equal("success Succeeded", Outcome.Of(result));
        Assert.Equal(("POST", "/v1/payment_intents/pi_1%2F..%2Fx/capture"), (_server.Single.Method, _server.Single.Target));
        Assert.Equal("amount_to_capture=10000", _server.Single.Text);
        Assert.Equal("770e8400:cancel:1", _server.Single.Header("Idempotency-Key"));
    }

    [Fact]
    public async Task A_refund_on_request_names_its_amount_and_its_own_id()
    {
        var id = new Guid("dddd1111-2222-4333-8444-555566667777");
        _server.Answer(200, Refund("succeeded"));

        await _host.Stripe.RefundAsync(new NewRefund(PaymentId, "pi_1", CancellationReason.Duplicate, id, 7), Call, default).Soon();

        Assert.Equal(
            [
                "amount=7", "metadata[cancellation_reason]=duplicate", $"metadata[payment_id]={PaymentId}", $"metadata[refund_id]={id}",
                "payment_intent=pi_1", "reason=duplicate",
            ],
            _server.Single.Text.Split('&').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refund_on_request_and_a_compensation_are_told_apart()
    {
        var id = new Guid("dddd1111-2222-4333-8444-555566667777");
        var list = $$$"""
            {"object":"list","has_more":false,"data":[
              {"id":"re_2","object":"refund","status":"succeeded","amount":7,"metadata":{"payment_id":"{{{PaymentId}}}","refund_id":"{{{id}}}"}},
              {"id":"re_1","object":"refund","status":"succeeded","amount":9,"metadata":{"payment_id":"{{{PaymentId}}}"}}]}
            """;
        _server.Answer(200, list);
        _server.Answer(200, list);
        _server.Answer(200, list);

        var requested = await _host.Stripe.FindRequestedRefundAsync("pi_1", id, Deadline, default).Soon();
        var compensation = await _host.Stripe.FindRefundAsync("pi_1", PaymentId, Deadline, default).Soon();
        var none = await _host.Stripe.FindRequestedRefundAsync("pi_1", PaymentId, Deadline, default).Soon();

        Assert.Equal("re_2", Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(requested).Value!.Id);
        Assert.Equal("re_1", Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(compensation).Value!.Id);
        Assert.Null(Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(none).Value);
    }

    [Fact]
    public async Task Reads_are_plain_GETs()
    {
        _server.Answer(200, Intent("processing"));
        _server.Answer(200, Refund("succeeded"));

        await _host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();
        await _host.Stripe.RetrieveRefundAsync("re_1", Deadline, default).Soon();

        Assert.Equal(["GET /v1/payment_intents/pi_1", "GET /v1/refunds/re_1"], _server.Requests.Select(request => $"{request.Method} {request.Target}"));
        Assert.All(_server.Requests, request => Assert.Null(request.Header("Idempotency-Key")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task An_empty_id_never_becomes_a_request_for_the_list(string id)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _host.Stripe.RetrieveAsync(id, Deadline, default));
        await Assert.ThrowsAsync<ArgumentException>(() => _host.Stripe.CancelAsync(id, CancellationReason.Duplicate, Call, default));
        Assert.Empty(_server.Requests);
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string form) =>
        form.Split('&')
            .Select(pair => pair.Split('='))
            .Select(pair => KeyValuePair.Create(WebUtility.UrlDecode(pair[0]), WebUtility.UrlDecode(pair[1])));
}

using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

public sealed class StripeSearchTests() : AdapterTests(("Payments:Stripe:SearchLimit", "3"))
{
    private const string Foreign = """{"payment_id":"00000000-0000-4000-8000-000000000001"}""";

    [Fact]
    public async Task The_intent_of_a_payment_is_found_on_a_later_page()
    {
        _server.Answer(200, List(true, Intent("succeeded", "pi_3", Foreign), Intent("succeeded", "pi_2", "null")));
        _server.Answer(200, List(false, Intent("requires_capture", "pi_1", Ours)));

        var result = await FindAsync().Soon();

        Assert.Equal("pi_1", Assert.IsType<ProviderResult<PaymentIntentSnapshot?>.Success>(result).Value?.Id);
        Assert.Equal(
            [
                "GET /v1/payment_intents?created[gte]=1795262340&limit=100",
                "GET /v1/payment_intents?created[gte]=1795262340&limit=100&starting_after=pi_2",
            ],
            _server.Requests.Select(request => $"{request.Method} {request.Target}"));
    }

    [Fact]
    public async Task A_list_that_ends_without_ours_says_certainly_none()
    {
        _server.Answer(200, List(false, Intent("succeeded", "pi_3", Foreign), Intent("succeeded", "pi_2"), Intent("succeeded", "pi_1")));

        var result = await FindAsync().Soon();

        Assert.Null(Assert.IsType<ProviderResult<PaymentIntentSnapshot?>.Success>(result).Value);
    }

    [Fact]
    public async Task A_list_that_is_longer_than_the_limit_says_nothing()
    {
        _server.Answer(200, List(true, Intent("succeeded", "pi_4"), Intent("succeeded", "pi_3")));
        _server.Answer(200, List(true, Intent("succeeded", "pi_2"), Intent("succeeded", "pi_1", Ours)));

        var result = await FindAsync().Soon();

        Assert.Equal("unknown Timeout", Outcome.Of(result!));
    }

    [Fact]
    public async Task A_page_that_fails_leaves_the_search_without_a_result()
    {
        _server.Answer(200, List(true, Intent("succeeded", "pi_2")));
        _server.Answer(500, Error("api_error"));

        Assert.Equal("unknown ServerError", Outcome.Of((await FindAsync().Soon())!));
    }

    [Theory]
    [InlineData("""{"object":"list","has_more":false}""")]
    [InlineData("""{"object":"list","has_more":false,"data":null}""")]
    [InlineData("""{"object":"list","has_more":false,"data":{}}""")]
    public async Task A_list_that_is_none_is_not_taken_for_an_empty_one(string body)
    {
        _server.Answer(200, body);

        Assert.Equal("unknown ConnectionLost", Outcome.Of((await FindAsync().Soon())!));
    }

    [Fact]
    public async Task The_deadline_covers_all_pages_together()
    {
        _server.Answer(200, List(true, Intent("succeeded", "pi_2")));
        var arrived = _server.Stall();
        var search = FindAsync();
        await arrived.Soon();

        _host.Time.Advance(Deadline);

        Assert.Equal("unknown Timeout", Outcome.Of((await search.Soon())!));
    }

    [Fact]
    public async Task A_search_for_refunds_is_bounded_as_well()
    {
        _server.Answer(200, List(
            false, Refund("failed", "re_4", Ours), Refund("canceled", "re_3", Ours), Refund("succeeded", "re_2"), Refund("pending", "re_1", Ours)));

        var result = await _host.Stripe.FindRefundAsync("pi_1", PaymentId, Deadline, default).Soon();

        Assert.Equal("unknown Timeout", Outcome.Of(result!));
        Assert.Equal("/v1/refunds?payment_intent=pi_1&limit=100", _server.Single.Target);
    }

    [Fact]
    public async Task The_newest_live_refund_of_ours_wins()
    {
        _server.Answer(200, List(false, Refund("failed", "re_3", Ours), Refund("succeeded", "re_2", Ours), Refund("pending", "re_1", Ours)));

        var result = await _host.Stripe.FindRefundAsync("pi_1", PaymentId, Deadline, default).Soon();

        Assert.Equal("re_2", Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(result).Value?.Id);
    }

    [Fact]
    public async Task Failed_and_cancelled_refunds_and_those_of_others_do_not_count()
    {
        _server.Answer(200, List(false, Refund("failed", "re_3", Ours), Refund("canceled", "re_2", Ours), Refund("succeeded", "re_1", Foreign)));

        var result = await _host.Stripe.FindRefundAsync("pi_1", PaymentId, Deadline, default).Soon();

        Assert.Null(Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(result).Value);
    }

    [Fact]
    public async Task A_refund_of_ours_with_a_status_we_do_not_know_is_not_overlooked()
    {
        _server.Answer(200, List(false, Refund("thawing", "re_1", Ours)));

        Assert.Equal("unknown ConnectionLost", Outcome.Of((await _host.Stripe.FindRefundAsync("pi_1", PaymentId, Deadline, default).Soon())!));
    }

    [Fact]
    public async Task Of_a_known_customer_only_the_own_intents_are_looked_through()
    {
        _server.Answer(200, List(true, Intent("succeeded", "pi_3", Foreign)));
        _server.Answer(200, List(false, Intent("requires_capture", "pi_1", Ours)));

        var result = await _host.Stripe.FindAsync(PaymentId, "cus_1", ManualTimeProvider.Noon, Deadline, default).Soon();

        Assert.Equal("pi_1", Assert.IsType<ProviderResult<PaymentIntentSnapshot?>.Success>(result).Value?.Id);
        Assert.Equal(
            [
                "GET /v1/payment_intents?created[gte]=1795262340&customer=cus_1&limit=100",
                "GET /v1/payment_intents?created[gte]=1795262340&customer=cus_1&limit=100&starting_after=pi_3",
            ],
            _server.Requests.Select(request => $"{request.Method} {request.Target}"));
    }

    [Fact]
    public async Task The_cards_of_a_split_tender_are_told_apart_by_their_own_ids()
    {
        var other = $$"""{"payment_id":"{{PaymentId}}","allocation_id":"00000000-0000-4000-8000-000000000002"}""";
        var own = $$"""{"payment_id":"{{PaymentId}}","allocation_id":"{{AllocationId}}"}""";
        _server.Answer(200, List(false, Intent("requires_capture", "pi_2", other), Intent("requires_capture", "pi_1", own)));
        _server.Answer(200, List(false, Intent("requires_capture", "pi_2", other), Intent("requires_capture", "pi_1", own)));
        _server.Answer(200, List(false, Refund("succeeded", "re_2", other), Refund("succeeded", "re_1", own)));

        var found = await _host.Stripe.FindAsync(AllocationId, null, ManualTimeProvider.Noon, Deadline, default).Soon();
        var ofThePayment = await FindAsync().Soon();
        var refund = await _host.Stripe.FindRefundAsync("pi_1", AllocationId, Deadline, default).Soon();

        Assert.Equal("pi_1", Assert.IsType<ProviderResult<PaymentIntentSnapshot?>.Success>(found).Value?.Id);
        Assert.Null(Assert.IsType<ProviderResult<PaymentIntentSnapshot?>.Success>(ofThePayment).Value);
        Assert.Equal("re_1", Assert.IsType<ProviderResult<RefundSnapshot?>.Success>(refund).Value?.Id);
    }

    private Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync() => _host.Stripe.FindAsync(PaymentId, null, ManualTimeProvider.Noon, Deadline, default);
}

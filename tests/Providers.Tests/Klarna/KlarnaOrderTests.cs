using System.Text.Json;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

/// <summary>Refunds of Klarna orders.</summary>
public sealed class KlarnaOrderTests : AdapterTests
{
    private const string Order = "93d644a2-43f3-41e9-b210-d663bd873d93";
    private const string Refused = """{"correlation_id":"c","error_code":"REFUND_NOT_ALLOWED","error_messages":["Not allowed"]}""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private static readonly NewKlarnaRefund New = new("0123456789abcdef0123456789abcdef", 1050, "Customer requested refund");

    public static TheoryData<int, string, string> Answers => new()
    {
        { 201, "", "success refund-1" },
        { 200, "", "unknown ConnectionLost" },
        { 204, "", "unknown ConnectionLost" },
        { 403, Refused, "refused REFUND_NOT_ALLOWED" },
        { 403, "", "unknown Misconfigured" },
        { 404, Refused, "refused not_found" },
        { 404, "<html>", "unknown Misconfigured" },
        { 401, Refused, "unknown Misconfigured" },
        { 409, Refused, "unknown KeyInUse" },
        { 429, "", "unknown RateLimited" },
        { 500, Refused, "unknown ServerError" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_to_a_refund_means(int status, string body, string expected)
    {
        _server.Answer(status, body, ("Refund-Id", "refund-1"), ("Location", $"/ordermanagement/v1/orders/{Order}/refunds/refund-2"));

        Assert.Equal(expected, Outcome.Of(await RefundAsync("k")));
    }

    [Fact]
    public async Task A_refund_is_sent_with_exactly_this_body_and_a_key_in_the_form_of_a_UUIDv4_that_ours_alone_makes()
    {
        for (var answer = 0; answer < 3; answer++)
            _server.Answer(201, "");

        await RefundAsync("a-1");
        await RefundAsync("a-1");
        await RefundAsync("a-2");

        var request = _server.Requests[0];
        Assert.Equal(("POST", $"/ordermanagement/v1/orders/{Order}/refunds"), (request.Method, request.Target));
        using var actual = JsonDocument.Parse(request.Body);
        using var wanted = JsonDocument.Parse(
            """{"refunded_amount":1050,"reference":"0123456789abcdef0123456789abcdef","description":"Customer requested refund"}""");
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, actual.RootElement), request.Text);
        var keys = _server.Requests.Select(sent => Guid.Parse(sent.Header("Klarna-Idempotency-Key")!)).ToList();
        Assert.All(keys, key => Assert.Equal(4, key.Version));
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[0], keys[2]);
    }

    [Theory]
    [InlineData("/ordermanagement/v1/orders/o/refunds/refund-2", "success refund-2")]
    [InlineData("https://api.klarna.com/ordermanagement/v1/orders/o/refunds/refund-2/", "success refund-2")]
    [InlineData(null, "success without id")]
    public async Task A_refund_without_the_header_takes_its_id_from_the_location_or_has_none(string? location, string expected)
    {
        if (location is null)
            _server.Answer(201, "");
        else
            _server.Answer(201, "", ("Location", location));

        Assert.Equal(expected, Outcome.Of(await RefundAsync("k")));
    }

    [Theory]
    [InlineData(200, """{"order_id":"93d644a2-43f3-41e9-b210-d663bd873d93","refunds":[{"refund_id":"r0","reference":"other"},{"refund_id":"r1","reference":"0123456789abcdef0123456789abcdef"}]}""", "success r1")]
    [InlineData(200, """{"order_id":"93d644a2-43f3-41e9-b210-d663bd873d93","refunds":[{"reference":"0123456789abcdef0123456789abcdef"}]}""", "success without id")]
    [InlineData(200, """{"order_id":"93d644a2-43f3-41e9-b210-d663bd873d93","refunds":[]}""", "none")]
    [InlineData(200, """{"order_id":"93d644a2-43f3-41e9-b210-d663bd873d93"}""", "none")]
    [InlineData(200, """{"order_id":"another","refunds":[]}""", "unknown ConnectionLost")]
    [InlineData(200, "{}", "unknown ConnectionLost")]
    [InlineData(200, "", "unknown ConnectionLost")]
    [InlineData(404, Refused, "refused not_found")]
    [InlineData(500, "", "unknown ServerError")]
    public async Task That_there_is_none_is_said_only_by_the_order_itself(int status, string body, string expected)
    {
        _server.Answer(status, body);

        var found = await _host.KlarnaOrders.FindRefundAsync(Order, New.Reference, Deadline, default).Soon();

        Assert.Equal(expected, Outcome.Found(found));
        Assert.Equal($"GET /ordermanagement/v1/orders/{Order}", $"{_server.Single.Method} {_server.Single.Target}");
    }

    [Fact]
    public async Task No_answer_within_the_deadline_is_a_timeout()
    {
        var arrived = _server.Stall();
        var call = RefundAsync("k");
        await arrived.Soon();

        _host.Time.Advance(Deadline);

        Assert.Equal("unknown Timeout", Outcome.Of(await call));
    }

    private Task<ProviderResult<KlarnaRefundSnapshot>> RefundAsync(string key) =>
        _host.KlarnaOrders.RefundAsync(Order, New, new ProviderCall(key, Deadline), default).Soon();
}

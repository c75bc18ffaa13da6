using System.Text.Json;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

/// <summary>The classic in-store session: what is sent, what answers mean, and what a lost one does not.</summary>
public sealed class KlarnaInStoreTests : AdapterTests
{
    private const string Id = "068df369-13a7-4d47-a564-62f8408bb760";
    private const string Classic = """{"correlation_id":"c","error_code":"BAD_REQUEST","error_messages":["Bad"]}""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private static readonly ProviderCall Call = new("27:create:1", Deadline);
    private static readonly NewKlarnaRequest New = new(
        27, 10000, "EUR", "GR", "el-GR", "till 3", [new OrderLine("Item", 1, 10000, 10000)], "2005");

    public static TheoryData<int, string, string> Reads => new()
    {
        { 200, Result("WAITING"), "success Submitted" },
        { 200, Result("DISTRIBUTED"), "success Submitted" },
        { 200, Result("FAILED"), "success Submitted" },
        { 200, Result("ACCESSED"), "success InProgress" },
        { 200, Result("COMPLETED"), "success Completed" },
        { 200, Result("CANCELED"), "success Canceled" },
        { 200, Result("DECLINED"), "success Declined" },
        { 200, Result("EXPIRED"), "success Expired" },
        { 200, Result("SOMETHING_NEW"), "unknown ConnectionLost" },
        { 200, "{}", "unknown ConnectionLost" },
        { 200, "<html>", "unknown ConnectionLost" },
        { 404, Classic, "refused not_found" },
        { 404, "", "unknown Misconfigured" },
        { 401, Classic, "unknown Misconfigured" },
        { 403, """{"correlation_id":"c","error_code":"PERMISSION_DENIED","error_messages":["no"]}""", "unknown Misconfigured" },
        { 429, Classic, "unknown RateLimited" },
        { 500, Classic, "unknown ServerError" },
    };

    public static TheoryData<int, string, string> Cancels => new()
    {
        { 204, "", "success Canceled" },
        { 200, "{}", "success Canceled" },
        { 403, """{"correlation_id":"c","error_code":"NOT_ALLOWED","error_messages":["no"]}""", "refused NOT_ALLOWED" },
        { 409, Classic, "refused BAD_REQUEST" },
        { 404, Classic, "refused not_found" },
        { 409, "", "unknown KeyInUse" },
        { 502, "<html>", "unknown ServerError" },
    };

    [Fact]
    public async Task A_session_is_started_with_exactly_this_body_and_its_link_is_read()
    {
        _server.Answer(200, $$"""{"distribution":{"result_url":"https://api.klarna.com/iss/v1/distributions/{{Id}}"},"session_id":"{{Id}}"}""");
        _server.Answer(200, Result("DISTRIBUTED"));

        var result = await _host.KlarnaSessions.CreateAsync(New, Call, default).Soon();

        Assert.Equal(
            new KlarnaRequestSnapshot(Id, KlarnaRequestState.Submitted, "https://pay.klarna.com/s/x", null),
            Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Success>(result).Value);
        Assert.Equal(
            ["POST /payments/v1/sessions", $"GET /iss/v1/distributions/{Id}"], _server.Requests.Select(request => $"{request.Method} {request.Target}"));
        var start = _server.Requests[0];
        Assert.Equal(5, Guid.Parse(start.Header("Klarna-Idempotency-Key")!).Version);
        using var actual = JsonDocument.Parse(start.Body);
        using var wanted = JsonDocument.Parse(
            """
            {"acquiring_channel":"in_store","purchase_country":"GR","purchase_currency":"EUR","locale":"el-GR","merchant_reference1":"27",
             "order_amount":10000,"order_tax_amount":0,"order_lines":[{"name":"Item","quantity":1,"unit_price":10000,"total_amount":10000}],
             "distribution":{"method":"one_qr","short_code":"2005"}}
            """);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, actual.RootElement), start.Text);
    }

    [Fact]
    public async Task What_is_missing_is_filled_in_and_a_code_that_is_none_of_klarnas_is_not_sent()
    {
        Start();
        Start();

        await _host.KlarnaSessions.CreateAsync(New with { Country = null, Locale = null, OrderLines = [], ShortCode = "SHOP-01" }, Call, default).Soon();
        await _host.KlarnaSessions.CreateAsync(New with { OrderLines = [], Description = null, ShortCode = null }, Call, default).Soon();

        var bodies = _server.Requests.Where(request => request.Method == "POST").Select(request => JsonDocument.Parse(request.Body).RootElement).ToList();
        Assert.Equal("GR", bodies[0].GetProperty("purchase_country").GetString());
        Assert.False(bodies[0].TryGetProperty("locale", out _));
        Assert.All(bodies, body => Assert.False(body.GetProperty("distribution").TryGetProperty("short_code", out _)));
        Assert.Equal(["till 3", "27"], bodies.Select(body => body.GetProperty("order_lines")[0].GetProperty("name").GetString()));
        Assert.All(bodies, body => Assert.Equal(10000, body.GetProperty("order_lines")[0].GetProperty("total_amount").GetInt64()));
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(500, "{}")]
    [InlineData(200, "nothing")]
    public async Task A_session_whose_link_cannot_be_read_was_created_all_the_same(int status, string body)
    {
        _server.Answer(200, $$"""{"session_id":"{{Id}}"}""");
        _server.Answer(status, body);

        var result = await _host.KlarnaSessions.CreateAsync(New, Call, default).Soon();

        Assert.Equal(
            new KlarnaRequestSnapshot(Id, KlarnaRequestState.Submitted, null, null), Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Success>(result).Value);
    }

    [Fact]
    public async Task A_session_whose_link_does_not_come_in_time_was_created_all_the_same()
    {
        _server.Answer(200, $$"""{"session_id":"{{Id}}"}""");
        var arrived = _server.Stall();
        var call = _host.KlarnaSessions.CreateAsync(New, Call, default);
        await arrived.Soon();

        _host.Time.Advance(Deadline);

        Assert.Equal("success Submitted", Outcome.Of(await call.Soon()));
    }

    [Theory]
    [InlineData(400, Classic, "refused BAD_REQUEST")]
    [InlineData(409, Classic, "unknown KeyInUse")]
    [InlineData(200, "{}", "unknown ConnectionLost")]
    [InlineData(500, "", "unknown ServerError")]
    public async Task An_answer_to_a_start_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        Assert.Equal(expected, Outcome.Of(await _host.KlarnaSessions.CreateAsync(New, Call, default).Soon()));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task An_answer_to_a_read_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        Assert.Equal(expected, Outcome.Of(await _host.KlarnaSessions.ReadAsync(Id, Deadline, default).Soon()));
    }

    [Theory]
    [MemberData(nameof(Cancels))]
    public async Task An_answer_to_a_cancel_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        Assert.Equal(expected, Outcome.Of(await _host.KlarnaSessions.CancelAsync(Id, Deadline, default).Soon()));
        Assert.Equal($"DELETE /payments/v1/sessions/{Id}", $"{_server.Single.Method} {_server.Single.Target}");
    }

    [Fact]
    public async Task A_completed_session_names_its_order()
    {
        _server.Answer(200, """{"status":"COMPLETED","order_id":"order-1"}""");

        var read = await _host.KlarnaSessions.ReadAsync(Id, Deadline, default).Soon();

        Assert.Equal("order-1", Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Success>(read).Value.OrderId);
    }

    [Theory]
    [InlineData("https://api-global.klarna.com", null, "https://api.klarna.com")]
    [InlineData("https://api-global.test.klarna.com/", null, "https://api.playground.klarna.com")]
    [InlineData("http://127.0.0.1:8090", null, "http://127.0.0.1:8090")]
    [InlineData("https://api-global.klarna.com", "https://api-na.klarna.com/", "https://api-na.klarna.com")]
    public void The_classic_apis_are_on_a_host_of_their_own(string baseUrl, string? classic, string expected) =>
        Assert.Equal(expected, new KlarnaOptions { BaseUrl = baseUrl, ClassicBaseUrl = classic }.ClassicBase);

    private static string Result(string status) =>
        $$"""{"status":"{{status}}","payment_link":"https://pay.klarna.com/s/x","qr":"https://pay.klarna.com/qr/x"}""";

    private void Start()
    {
        _server.Answer(200, $$"""{"session_id":"{{Id}}"}""");
        _server.Answer(200, Result("DISTRIBUTED"));
    }
}

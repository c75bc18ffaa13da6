using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

public sealed class KlarnaTests() : AdapterTests(
    ("Payments:Klarna:ReturnUrl", "https://pay.example/back"), ("Payments:Klarna:InteractionExpiry", "1.00:00:00"))
{
    private const string Id = "krn:payment:eu1:request:552603c0-fe8b-4ab1-aacb-41d55fafbdb4";
    private const string Html = "<html><body>not Klarna</body></html>";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private static readonly NewKlarnaRequest New = new(
        27, 10000, "EUR", "GR", "el-GR", "till 3", [new OrderLine("Καφές", 2, 3000, 6000), new OrderLine("Item", 1, 4000, 4000)]);

    public static TheoryData<string> Breaks => TransportTable.Names;

    public static TheoryData<int, string, string> CancelRows => new()
    {
        { 200, Resource("CANCELED"), "success Canceled" },
        { 202, Resource("CANCELED"), "success Canceled" },
        { 204, "", "unknown ConnectionLost" },
        { 200, Resource("SUBMITTED"), "unknown ConnectionLost" },
        { 200, Resource("COMPLETED"), "unknown ConnectionLost" },
        { 200, Resource("CANCELED", "krn:payment:eu1:request:another"), "unknown ConnectionLost" },
        { 409, Error("RESOURCE_CONFLICT"), "refused RESOURCE_CONFLICT" },
    };

    public static TheoryData<int, string, string> CreateRows => new()
    {
        { 409, Error("RESOURCE_CONFLICT"), "unknown KeyInUse" },
    };

    public static TheoryData<int, string, string> ReadRows => new()
    {
        { 200, Resource("SUBMITTED"), "success Submitted" },
        { 200, Resource("IN_PROGRESS"), "success InProgress" },
        { 200, Resource("COMPLETED"), "success Completed" },
        { 200, Resource("CANCELED"), "success Canceled" },
        { 200, Resource("DECLINED"), "success Declined" },
        { 200, Resource("EXPIRED"), "success Expired" },
        { 200, Resource("SUBMITTED", "krn:payment:eu1:request:another"), "unknown ConnectionLost" },
    };

    public static TheoryData<int, string, string> CommonRows => new()
    {
        { 200, Resource("PAUSED"), "unknown ConnectionLost" },
        { 200, Resource("canceled"), "unknown ConnectionLost" },
        { 200, "", "unknown ConnectionLost" },
        { 200, Html, "unknown ConnectionLost" },
        { 200, "[]", "unknown ConnectionLost" },
        { 200, "null", "unknown ConnectionLost" },
        { 200, """{"state":"CANCELED"}""", "unknown ConnectionLost" },
        { 200, """{"payment_request_id":7,"state":"CANCELED"}""", "unknown ConnectionLost" },
        { 302, Html, "unknown Misconfigured" },
        { 400, Error("VALIDATION_ERROR"), "refused VALIDATION_ERROR" },
        { 400, """{"correlation_id":"c","error_code":"BAD_VALUE","error_messages":["Bad value: x"]}""", "refused BAD_VALUE" },
        { 400, Html, "unknown Misconfigured" },
        { 400, """{"error_code":["odd"]}""", "unknown Misconfigured" },
        { 401, Error("UNAUTHORIZED", message: Host.KlarnaKey), "unknown Misconfigured" },
        { 403, Error("FORBIDDEN", type: "ACCESS_ERROR"), "unknown Misconfigured" },
        { 403, Error("PAYMENT_REQUEST_FINAL", type: "RESOURCE_ERROR"), "refused PAYMENT_REQUEST_FINAL" },
        { 403, "", "unknown Misconfigured" },
        { 404, Error("NO_SUCH_REQUEST"), "refused not_found" },
        { 404, Html, "unknown Misconfigured" },
        { 404, "", "unknown Misconfigured" },
        { 405, Error("METHOD_NOT_ALLOWED"), "refused METHOD_NOT_ALLOWED" },
        { 408, Html, "unknown Timeout" },
        { 409, Html, "unknown KeyInUse" },
        { 422, Error("INVALID_STATE"), "refused INVALID_STATE" },
        { 429, Error("TOO_MANY_REQUESTS"), "unknown RateLimited" },
        { 500, Error("INTERNAL"), "unknown ServerError" },
        { 502, Html, "unknown ServerError" },
        { 503, "", "unknown ServerError" },
    };

    [Fact]
    public async Task A_request_is_created_with_exactly_this_body_and_key()
    {
        _server.Answer(201, Resource("SUBMITTED"));

        var result = await _host.Klarna.CreateAsync(New, new ProviderCall("27:create:1", Deadline), default).Soon();

        var expected = new KlarnaRequestSnapshot(
            Id, KlarnaRequestState.Submitted, "https://pay.klarna.com/eu/requests/x", new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero));
        Assert.Equal(expected, Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Success>(result).Value);

        var request = _server.Single;
        Assert.Equal(("POST", "/v2/payment/requests", "HTTP/1.1"), (request.Method, request.Target, request.Version));
        Assert.Equal($"Basic {Host.KlarnaKey}", request.Header("Authorization"));
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal("application/json", request.Header("Accept"));
        using var actual = JsonDocument.Parse(request.Body);
        using var wanted = JsonDocument.Parse(
            """
            {"currency":"EUR","amount":10000,"payment_request_reference":"27",
             "customer_interaction_config":{"method":"HANDOVER","return_url":"https://pay.example/back","interaction_expiry":{"duration":"PT1440M"}},
             "supplementary_purchase_data":{"purchase_reference":"27","line_items":[
               {"name":"Καφές","quantity":2,"unit_price":3000,"total_amount":6000},
               {"name":"Item","quantity":1,"unit_price":4000,"total_amount":4000}]}}
            """);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, actual.RootElement), request.Text);
    }

    [Fact]
    public async Task The_key_is_a_UUIDv5_that_depends_on_ours_alone()
    {
        for (var answer = 0; answer < 3; answer++)
            _server.Answer(201, Resource("SUBMITTED"));

        await _host.Klarna.CreateAsync(New, new ProviderCall("27:create:1", Deadline), default).Soon();
        await _host.Klarna.CreateAsync(New with { AmountMinor = 1 }, new ProviderCall("27:create:1", Deadline), default).Soon();
        await _host.Klarna.CreateAsync(New, new ProviderCall("27:create:2", Deadline), default).Soon();

        var keys = _server.Requests.Select(request => request.Header("Klarna-Idempotency-Key")!).ToList();
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[0], keys[2]);
        Assert.All(keys, key => Assert.Equal(5, Guid.Parse(key).Version));
        Assert.Equal("0a9804c5-4248-5a2e-b8e5-d34fd3de4ebe", keys[0]);
    }

    [Fact]
    public async Task Lines_that_do_not_add_up_are_not_sent()
    {
        _server.Answer(201, Resource("SUBMITTED"));
        _server.Answer(201, Resource("SUBMITTED"));

        await _host.Klarna.CreateAsync(New with { AmountMinor = 9999 }, new ProviderCall("k", Deadline), default).Soon();
        await _host.Klarna.CreateAsync(New with { OrderLines = default }, new ProviderCall("k", Deadline), default).Soon();

        Assert.All(_server.Requests, request => Assert.DoesNotContain("line_items", request.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reads_and_cancels_name_the_request_in_the_path_and_carry_no_key_and_no_body()
    {
        _server.Answer(200, Resource("SUBMITTED"));
        _server.Answer(200, Resource("CANCELED"));

        await _host.Klarna.ReadAsync(Id, Deadline, default).Soon();
        await _host.Klarna.CancelAsync(Id, Deadline, default).Soon();

        Assert.Equal(
            [$"GET /v2/payment/requests/{Id}", $"DELETE /v2/payment/requests/{Id}"],
            _server.Requests.Select(request => $"{request.Method} {request.Target}"));
        Assert.All(_server.Requests, request =>
        {
            Assert.Null(request.Header("Klarna-Idempotency-Key"));
            Assert.Empty(request.Body);
            Assert.Equal($"Basic {Host.KlarnaKey}", request.Header("Authorization"));
        });
    }

    [Fact]
    public async Task An_id_cannot_leave_its_path_segment()
    {
        _server.Answer(200, Resource("CANCELED"));

        await _host.Klarna.CancelAsync("a/../b?c#d", Deadline, default).Soon();

        Assert.Equal("/v2/payment/requests/a%2F..%2Fb%3Fc%23d", _server.Single.Target);
    }

    [Theory]
    [MemberData(nameof(CancelRows))]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_cancel_means(int status, string body, string expected)
    {
        _server.Answer(status, body, ("Location", "http://127.0.0.1:1/elsewhere"));

        AssertOutcome(expected, await _host.Klarna.CancelAsync(Id, Deadline, default).Soon());
    }

    [Theory]
    [MemberData(nameof(ReadRows))]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_read_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        AssertOutcome(expected, await _host.Klarna.ReadAsync(Id, Deadline, default).Soon());
    }

    [Theory]
    [MemberData(nameof(CreateRows))]
    [MemberData(nameof(CommonRows))]
    public async Task An_answer_to_a_create_means(int status, string body, string expected)
    {
        _server.Answer(status, body);

        AssertOutcome(expected, await _host.Klarna.CreateAsync(New, new ProviderCall("k", Deadline), default).Soon());
    }

    [Fact]
    public async Task A_refusal_names_the_invalid_parameters()
    {
        _server.Answer(
            400,
            """
            {"error_id":"e","error_code":"VALIDATION_ERROR","error_message":"Bad\u0007input",
             "validation_errors":[{"parameter":"amount","reason":"r"},{"parameter":null}]}
            """);

        var result = await _host.Klarna.CreateAsync(New, new ProviderCall("k", Deadline), default).Soon();

        Assert.Equal("Bad input (amount, )", Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Refused>(result).Message);
    }

    [Theory]
    [InlineData("""{"payment_request_id":"x","state":"SUBMITTED"}""")]
    [InlineData("""{"payment_request_id":"x","state":"SUBMITTED","expires_at":"tomorrow","payment_request_url":null,"more":{"a":[1]}}""")]
    public async Task What_only_informs_may_be_missing_or_odd(string body)
    {
        _server.Answer(201, body);

        var result = await _host.Klarna.CreateAsync(New, new ProviderCall("k", Deadline), default).Soon();

        var snapshot = Assert.IsType<ProviderResult<KlarnaRequestSnapshot>.Success>(result).Value;
        Assert.Equal(new KlarnaRequestSnapshot("x", KlarnaRequestState.Submitted, null, null), snapshot);
    }

    [Fact]
    public async Task Retry_After_becomes_a_wait()
    {
        _server.Answer(503, "", ("Retry-After", "11"));

        Assert.Equal("unknown ServerError retry 11", Outcome.Of(await _host.Klarna.ReadAsync(Id, Deadline, default).Soon()));
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_connection_that_breaks_leaves_a_cancel_unknown_and_sends_it_once(string name)
    {
        _server.Answer(TransportTable.Answer(name));

        var result = await _host.Klarna.CancelAsync(Id, Deadline, default).Soon();

        Assert.Equal(TransportTable.Expected(name), Outcome.Of(result));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_kept_connection_that_dies_under_the_second_cancel_does_not_repeat_it()
    {
        _server.Answer(200, Resource("CANCELED"));
        _server.Answer(exchange => exchange.CloseAsync());

        await _host.Klarna.CancelAsync(Id, Deadline, default).Soon();
        var second = await _host.Klarna.CancelAsync(Id, Deadline, default).Soon();

        Assert.Equal("unknown ConnectionLost", Outcome.Of(second));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task No_answer_within_the_deadline_is_a_timeout()
    {
        var arrived = _server.Stall();
        var call = _host.Klarna.CancelAsync(Id, Deadline, default);
        await arrived.Soon();

        _host.Time.Advance(Deadline);

        Assert.Equal("unknown Timeout", Outcome.Of(await call.Soon()));
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_thrown()
    {
        using var caller = new CancellationTokenSource();
        var arrived = _server.Stall();
        var call = _host.Klarna.ReadAsync(Id, Deadline, caller.Token);
        await arrived.Soon();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_was_certainly_not_sent_to()
    {
        using var bound = new Socket(SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var host = new Host(new Uri($"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}"));

        Assert.Equal("unknown NotSent", Outcome.Of(await host.Klarna.CancelAsync(Id, Deadline, default).Soon()));
    }

    private static string Resource(string state, string id = Id) =>
        $$"""
        {"payment_request_id":"{{id}}","state":"{{state}}","previous_state":"SUBMITTED","payment_request_url":"https://pay.klarna.com/eu/requests/x",
         "expires_at":"2026-11-21T15:00:00Z","state_expires_at":"2026-11-21T15:00:00Z","created_at":"2026-11-21T12:00:00Z","updated_at":"2026-11-21T12:00:00Z"}
        """;

    private static string Error(string code, string type = "INPUT_ERROR", string message = "m") =>
        $$"""{"error_id":"e1","error_type":"{{type}}","error_code":"{{code}}","error_message":"{{message}}","doc_url":"https://docs.klarna.com"}""";

    private void AssertOutcome(string expected, ProviderResult<KlarnaRequestSnapshot> result)
    {
        Assert.Equal(expected, Outcome.Of(result));
        Assert.DoesNotContain(Host.KlarnaKey, Outcome.Words(result), StringComparison.Ordinal);
        Assert.DoesNotContain(Host.KlarnaKey, _host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("not Klarna", Outcome.Words(result), StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }
}

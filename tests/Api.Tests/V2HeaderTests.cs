using Xunit;

namespace Payments.Api.Tests;

/// <summary>The headers of v2, and which of two faults is named first.</summary>
public sealed class V2HeaderTests : IClassFixture<ApiServer>
{
    private readonly ApiServer _server;

    public V2HeaderTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(PaymentStatus.Authorized));
    }

    [Theory]
    [InlineData("X-Merchant-Id", null, "X-Merchant-Id is required")]
    [InlineData("X-Merchant-Id", "", "X-Merchant-Id is required")]
    [InlineData("X-Merchant-Id", "merchant", "X-Merchant-Id must be a UUID")]
    [InlineData("X-Merchant-Id", "b955db5eaef247debbb9c80b9cc16e8f", "X-Merchant-Id must be a UUID")]
    [InlineData("X-Merchant-Id", "{b955db5e-aef2-47de-bbb9-c80b9cc16e8f}", "X-Merchant-Id must be a UUID")]
    [InlineData("X-Merchant-Id", "b955db5e-aef2-47de-bbb9-c80b9cc16e8f,b955db5e-aef2-47de-bbb9-c80b9cc16e8f", "X-Merchant-Id must be a UUID")]
    [InlineData("X-Upstream-Env", null, "X-Upstream-Env is required")]
    [InlineData("X-Upstream-Env", "", "X-Upstream-Env is required")]
    [InlineData("X-Upstream-Env", "prod", "X-Upstream-Env must be one of dev, stage, test")]
    [InlineData("X-Upstream-Env", "DEV", "X-Upstream-Env must be one of dev, stage, test")]
    [InlineData("X-Source", "123456789012345678901234567890123456789012345678901", "X-Source must not be longer than 50 characters")]
    public async Task A_bad_header_answers_400(string name, string? value, string detail)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Patch, Samples.CancelPath), (HttpMethod.Get, Samples.PaymentPath), (HttpMethod.Post, "/v2/payments") })
        {
            var request = _server.V2(method, path, method == HttpMethod.Get ? null : "not JSON");
            request.Headers.Remove(name);
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);

            (await _server.SendAsync(request)).ShouldBe(400, $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");
        }
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("X-Merchant-Id", "b955db5e-aef2-47de-bbb9-c80b9cc16e8f")]
    [InlineData("X-Upstream-Env", "stage")]
    public async Task A_header_given_twice_answers_400(string name, string second)
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        var first = request.Headers.GetValues(name).Single();
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, new[] { first, second });

        Assert.Equal(400, (await _server.SendAsync(request)).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("stage")]
    [InlineData("test")]
    public async Task Each_of_the_three_upstream_environments_passes(string value)
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Remove("X-Upstream-Env");
        request.Headers.Add("X-Upstream-Env", value);

        Assert.Equal(200, (await _server.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567890")]
    [InlineData("merchant-portal", "merchant-portal")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task The_source_travels_with_a_create(string? header, string? source)
    {
        _server.Grains.OnCreate = (_, _) => Task.FromResult(new CreatePaymentResult(CreatePaymentOutcome.TooManyAttempts, null));
        var request = _server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody);
        if (header is not null)
            request.Headers.TryAddWithoutValidation("X-Source", header);

        await _server.SendAsync(request);

        Assert.Equal(source, Assert.IsType<CreatePayment>(Assert.Single(_server.Grains.Calls).Argument).Source);
    }

    [Theory]
    [InlineData("text/html", 406)]
    [InlineData("application/xml, text/*", 406)]
    [InlineData("application/json;q=0", 406)]
    [InlineData("*/*, application/json;q=0", 406)]
    [InlineData("text/html, */*;q=0", 406)]
    [InlineData("text/html, */*;q=0.1", 200)]
    [InlineData("application/*", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("text/html, application/json", 200)]
    [InlineData("not a media type", 200)]
    public async Task Accept_is_honoured(string accept, int status)
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.TryAddWithoutValidation("Accept", accept);

        var answer = await _server.SendAsync(request);

        Assert.Equal(status, answer.Status);
        if (status == 406)
            answer.ShouldBe(406, """{"title":"NOT_ACCEPTABLE","status":406,"detail":"Only application/json can be produced"}""");
    }

    [Fact]
    public async Task A_cancel_that_could_not_be_answered_changes_nothing()
    {
        var request = _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);
        request.Headers.TryAddWithoutValidation("Accept", "text/html");

        Assert.Equal(406, (await _server.SendAsync(request)).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    [InlineData("/v2/nothing")]
    [InlineData("/v2/payments/770e8400-e29b-41d4-a716-446655440000/nothing")]
    [InlineData("/v2/payments//cancel/x")]
    public async Task An_unknown_path_answers_404_in_the_contract_s_shape(string path)
    {
        var answer = await _server.SendAsync(_server.V2(HttpMethod.Get, path));

        answer.ShouldBe(404, """{"title":"NOT_FOUND","status":404,"detail":"Resource not found"}""");
    }

    [Theory]
    [InlineData("DELETE", Samples.PaymentPath, "GET")]
    [InlineData("POST", Samples.CancelPath, "PATCH")]
    [InlineData("GET", Samples.CancelPath, "PATCH")]
    [InlineData("PUT", "/v2/payments", "GET, POST")]
    public async Task Another_method_answers_405_and_names_the_right_one(string method, string path, string allow)
    {
        var answer = await _server.SendAsync(_server.V2(new HttpMethod(method), path));

        answer.ShouldBe(405, $$"""{"title":"METHOD_NOT_ALLOWED","status":405,"detail":"{{method}} is not supported here"}""");
        Assert.Equal(allow, answer.Headers["Allow"]);
    }

    [Fact]
    public async Task The_trace_id_is_the_caller_s_when_it_sends_one()
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", (await _server.SendAsync(request)).Headers["X-Trace-Id"]);
    }

    [Fact]
    public async Task No_answer_may_be_cached()
    {
        Assert.Equal("no-store", (await _server.SendAsync(_server.V2(HttpMethod.Get, Samples.PaymentPath))).Headers["Cache-Control"]);
    }

    [Fact]
    public async Task Paths_of_neither_contract_are_left_alone()
    {
        var answer = await _server.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v20/payments"));

        Assert.Equal(404, answer.Status);
        Assert.Equal("", answer.Body);
        Assert.False(answer.Headers.ContainsKey("X-Trace-Id"));
    }
}

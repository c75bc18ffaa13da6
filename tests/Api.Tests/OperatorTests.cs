using System.Net.Http.Headers;
using Payments.Api.Authentication;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>What operators can do, and that merchants cannot.</summary>
public sealed class OperatorTests : IClassFixture<ApiServer>
{
    private const string List = "/operator/v1/waiting";
    private static readonly string ReadPayment = $"/operator/v1/payments/{Samples.PaymentId}/read";
    private const string ReadRequest = "/operator/v1/payment-requests/123/read";
    private static readonly string Scope = PaymentScopes.ForOperator(ApiEnvironment.NonProduction);

    private readonly ApiServer _server;

    public OperatorTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnListWaiting = _ => Task.FromResult(new WaitingCasePage([], null));
        _server.Grains.OnReadNow = (_, _) => Task.FromResult<ProviderRead?>(
            new(ProviderReadOutcome.Read, "CANCEL_FAILED", "CANCELLED", "pi_1", "Canceled", ApiServer.Now));
    }

    public static TheoryData<string, string> Routes => new() { { "GET", List }, { "POST", ReadPayment }, { "POST", ReadRequest } };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Only_the_operators_scope_opens_them(string method, string path)
    {
        foreach (var scope in new[] { PaymentScopes.ForMerchant(ApiEnvironment.NonProduction), PaymentScopes.ForAll(ApiEnvironment.NonProduction), "operator" })
        {
            var refused = await SendAsync(method, path, _server.Token(scope: scope));
            Assert.Equal((403, """{"title":"FORBIDDEN","status":403,"detail":"insufficient_scope"}"""), ((int)refused.Status, refused.Body));
        }

        Assert.Equal(401, (int)(await SendAsync(method, path, token: null)).Status);
        Assert.Equal(401, (int)(await SendAsync(method, path, "nonsense")).Status);
        Assert.Equal(401, (int)(await SendAsync(method, path, _server.Token(scope: Scope, lifetime: TimeSpan.FromHours(-1)))).Status);
        Assert.Empty(_server.Grains.Calls);

        Assert.Equal(200, (int)(await SendAsync(method, path, _server.Token(scope: Scope))).Status);
        Assert.Single(_server.Grains.Calls);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_api_key_opens_none_of_them(string method, string path)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(new HttpMethod(method), path));

        Assert.Equal(401, (int)answer.Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task An_operators_token_is_no_merchants_token()
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token(scope: Scope));

        Assert.Equal(403, (int)(await _server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_read_says_before_and_after_and_who_asked_is_passed_on()
    {
        var answer = await SendAsync("POST", ReadPayment, _server.Token(scope: Scope));

        answer.ShouldBe(
            200,
            """{"outcome":"READ","statusBefore":"CANCEL_FAILED","statusAfter":"CANCELLED","providerObject":"pi_1","providerState":"Canceled","nextLookAt":"2026-04-04T12:00:00Z"}""");
        Assert.Equal(((object)Samples.PaymentId, (object)"operator:development"), (_server.Grains.Calls.Single().Key, _server.Grains.Calls.Single().Argument));
    }

    [Theory]
    [InlineData(ProviderReadOutcome.Read, "READ")]
    [InlineData(ProviderReadOutcome.Unreadable, "UNREADABLE")]
    [InlineData(ProviderReadOutcome.NothingToRead, "NOTHING_TO_READ")]
    public async Task Every_outcome_has_its_word(ProviderReadOutcome outcome, string word)
    {
        _server.Grains.OnReadNow = (_, _) => Task.FromResult<ProviderRead?>(new(outcome, "SUBMITTED", "SUBMITTED", null, null, null));

        (await SendAsync("POST", ReadRequest, _server.Token(scope: Scope))).ShouldBe(
            200,
            $$"""{"outcome":"{{word}}","statusBefore":"SUBMITTED","statusAfter":"SUBMITTED","providerObject":null,"providerState":null,"nextLookAt":null}""");
    }

    [Theory]
    [InlineData("/operator/v1/payments/not-one/read", "paymentId not found")]
    [InlineData("/operator/v1/payments/770e8400-e29b-41d4-a716-446655440000/read", "paymentId not found")]
    [InlineData("/operator/v1/payment-requests/0/read", "paymentRequestId not found")]
    [InlineData("/operator/v1/payment-requests/x/read", "paymentRequestId not found")]
    [InlineData("/operator/v1/payment-requests/7/read", "paymentRequestId not found")]
    [InlineData("/operator/v1/nothing", "Resource not found")]
    public async Task What_does_not_exist_is_404(string path, string detail)
    {
        _server.Grains.OnReadNow = (_, _) => Task.FromResult<ProviderRead?>(null);

        (await SendAsync("POST", path, _server.Token(scope: Scope))).ShouldBe(404, $$"""{"title":"NOT_FOUND","status":404,"detail":"{{detail}}"}""");
    }

    [Fact]
    public async Task A_list_shows_what_waits_and_its_cursor_leads_to_the_next_page()
    {
        var next = new ListPosition(ApiServer.Now.AddMicroseconds(7), "provider-inbox/stripe pi_1/ü");
        _server.Grains.OnListWaiting = query => Task.FromResult(new WaitingCasePage(
            [new WaitingCase("payment", $"{Samples.PaymentId}", ApiServer.Merchant, "CANCEL_FAILED", ApiServer.Now, null)], query.After is null ? next : null));

        var first = await SendAsync("GET", $"{List}?for=dead_letter&limit=1", _server.Token(scope: Scope));

        Assert.StartsWith(
            $$"""{"data":[{"kind":"payment","id":"{{Samples.PaymentId}}","merchantId":"{{ApiServer.Merchant}}","status":"CANCEL_FAILED","since":"2026-04-04T12:00:00Z","nextLookAt":null}],"next":""",
            first.Body, StringComparison.Ordinal);
        var cursor = System.Text.Json.JsonDocument.Parse(first.Body).RootElement.GetProperty("next").GetString();
        var second = await SendAsync("GET", $"{List}?cursor={cursor}", _server.Token(scope: Scope));
        Assert.EndsWith("\"next\":null}", second.Body, StringComparison.Ordinal);
        Assert.Equal(
            [new ListWaitingCases(WaitingKind.DeadLetter, null, 1), new ListWaitingCases(WaitingKind.Operator, next, 50)],
            _server.Grains.Calls.Select(call => call.Argument));
    }

    [Theory]
    [InlineData("?for=everything")]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?cursor=nonsense")]
    [InlineData("?cursor=!!")]
    [InlineData("?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OSB4")]
    [InlineData("?cursor=AQAGTqEsSdAAcGF5bWVudC8A")] // a NUL in the key
    [InlineData("?cursor=AQAGTqEsSdAAcGF5bWVudC_D")] // half a character
    [InlineData("?cursor=AQAGTqEsSdAAeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg")]
    [InlineData("?state=x")]
    public async Task A_list_refuses_what_it_does_not_know(string query)
    {
        Assert.Equal(400, (int)(await SendAsync("GET", List + query, _server.Token(scope: Scope))).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    private Task<Answer> SendAsync(string method, string path, string? token)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return _server.SendAsync(request);
    }
}

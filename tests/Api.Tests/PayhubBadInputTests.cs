using System.Globalization;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>A Payhub request with something wrong gets Payhub's own error and reaches no grain.</summary>
public sealed class PayhubBadInputTests : IClassFixture<ApiServer>
{
    private readonly ApiServer _server;

    public PayhubBadInputTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
    }

    [Theory]
    [InlineData("", "Status", "Status is required")]
    [InlineData("{}", "Status", "Status is required")]
    [InlineData("""{"Status":null}""", "Status", "Status is required")]
    [InlineData("""{"Status":""}""", "Status", "Status is required")]
    [InlineData("""{"status":"canceled"}""", "Status", "Status is required")]
    [InlineData("""{"Status":"cancelled"}""", "Status", "Status must be 'canceled'")]
    [InlineData("""{"Status":"Canceled"}""", "Status", "Status must be 'canceled'")]
    [InlineData("""{"Status":"CANCELED"}""", "Status", "Status must be 'canceled'")]
    [InlineData("""{"Status":"canceled "}""", "Status", "Status must be 'canceled'")]
    [InlineData("""{"Status":"completed"}""", "Status", "Status must be 'canceled'")]
    [InlineData("""{"Status":1}""", "Status", "Status must be a string")]
    [InlineData("""{"Status":["canceled"]}""", "Status", "Status must be a string")]
    [InlineData("""{"Status":"\ud800"}""", "Status", "Status is not valid text")]
    [InlineData("null", "Body", "Request body must be a JSON object")]
    [InlineData("[]", "Body", "Request body must be a JSON object")]
    [InlineData("\"canceled\"", "Body", "Request body must be a JSON object")]
    [InlineData("{", "Body", "Request body is not valid JSON or repeats a property")]
    [InlineData("""{"Status":"canceled","Status":"canceled"}""", "Body", "Request body is not valid JSON or repeats a property")]
    public async Task A_bad_cancel_answers_400(string body, string name, string reason)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, body));

        answer.ShouldBe(400, Problem("rfc7231#section-6.5.1", "Bad Request", 400, Samples.RequestPath, "Request is not valid", name, reason));
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("01x")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x7B")]
    [InlineData("abc")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999999999999999999")]
    [InlineData("770e8400-e29b-41d4-a716-446655440000")]
    [InlineData("%20123")]
    [InlineData("%D9%A1%D9%A2%D9%A3")]
    public async Task An_id_that_is_no_positive_integer_answers_404(string id)
    {
        var path = $"{Samples.RequestsPath}/{id}";
        var expected = Problem(
            "rfc7231#section-6.5.4", "Not Found", 404, path, "Payment request not found", "PaymentRequest", "No payment request found with the given ID");

        (await _server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, path, "not JSON"))).ShouldBe(404, expected);
        (await _server.SendAsync(ApiServer.Payhub(HttpMethod.Get, path))).ShouldBe(404, expected);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task The_largest_id_is_one()
    {
        _server.Grains.OnCancelRequest = (_, _) => Task.FromResult(CancelPaymentRequestOutcome.NotFound);

        await _server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, $"{Samples.RequestsPath}/9223372036854775807", """{"Status":"canceled"}"""));

        Assert.Equal(long.MaxValue, Assert.Single(_server.Grains.Calls).Key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("payhub-development-key-1 x")]
    [InlineData("PAYHUB-DEVELOPMENT-KEY-1")]
    public async Task A_wrong_api_key_answers_401_on_every_route(string? key)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Patch, Samples.RequestPath), (HttpMethod.Get, Samples.RequestPath), (HttpMethod.Post, Samples.RequestsPath) })
        {
            var request = ApiServer.Payhub(method, path, method == HttpMethod.Get ? null : "not JSON");
            request.Headers.Remove("X-Api-Key");
            if (key is not null)
                request.Headers.TryAddWithoutValidation("X-Api-Key", key);

            var answer = await _server.SendAsync(request);

            answer.ShouldBe(401, Problem(
                "rfc7235#section-3.1", "Unauthorized", 401, path, "You are not authenticated", "Authorization", "API key is missing or not valid"));
            Assert.Equal("ApiKey realm=\"payhub\"", answer.Headers["WWW-Authenticate"]);
        }
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_key_kept_as_a_digest_opens_and_the_digest_itself_does_not()
    {
        Assert.Equal(404, (await WithKeyAsync(ApiServer.HashedApiKeyText)).Status);
        Assert.Equal(401, (await WithKeyAsync(ApiServer.HashedApiKeyDigest)).Status);
        Assert.Equal(401, (await WithKeyAsync(ApiServer.HashedApiKeyDigest["sha256:".Length..])).Status);
        Assert.Equal(401, (await WithKeyAsync(new string('k', 5000))).Status);
        Assert.Equal(401, (await WithKeyAsync(ApiServer.ApiKeyText, ApiServer.ApiKeyText)).Status);
    }

    [Fact]
    public async Task A_bearer_token_opens_nothing_here()
    {
        var request = _server.V2(HttpMethod.Get, Samples.RequestPath);

        Assert.Equal(401, (await _server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Each_key_acts_for_its_own_merchant()
    {
        _server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(PaymentRequestAccess.NotFound, null));

        await WithKeyAsync(ApiServer.ApiKeyText, path: Samples.RequestPath);
        await WithKeyAsync(ApiServer.OtherApiKeyText, path: Samples.RequestPath);
        await WithKeyAsync(ApiServer.HashedApiKeyText, path: Samples.RequestPath);

        Assert.Equal([ApiServer.Merchant, ApiServer.OtherMerchant, ApiServer.Merchant], _server.Grains.Calls.Select(call => (Guid)call.Argument));
    }

    [Fact]
    public async Task Another_content_type_answers_415_and_a_large_body_413()
    {
        var request = ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath);
        request.Content = new StringContent("""{"Status":"canceled"}""");
        (await _server.SendAsync(request)).ShouldBe(415, Problem(
            "rfc7231#section-6.5.13", "Unsupported Media Type", 415, Samples.RequestPath, "Request is not valid", "Body",
            "Content-Type must be application/json in UTF-8, without Content-Encoding"));

        (await _server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, new string(' ', 65537)))).ShouldBe(413, Problem(
            "rfc7231#section-6.5.11", "Payload Too Large", 413, Samples.RequestPath, "Request is not valid", "Body",
            "Request body must not be larger than 65536 bytes"));
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task An_answer_in_another_format_cannot_be_had()
    {
        var request = ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}""");
        request.Headers.TryAddWithoutValidation("Accept", "application/xml");

        (await _server.SendAsync(request)).ShouldBe(406, Problem(
            "rfc7231#section-6.5.6", "Not Acceptable", 406, Samples.RequestPath, "Request is not valid", "Accept", "Only application/json can be produced"));
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("/api/payhub")]
    [InlineData("/api/payhub/v1/payment")]
    [InlineData("/api/payhub/v2/payment/request/1")]
    public async Task An_unknown_path_answers_404_in_the_contract_s_shape(string path) =>
        (await _server.SendAsync(ApiServer.Payhub(HttpMethod.Get, path))).ShouldBe(404, Problem(
            "rfc7231#section-6.5.4", "Not Found", 404, path, "Resource not found", "Path", "There is nothing at this path"));

    [Theory]
    [InlineData("PUT", Samples.RequestPath, "GET, PATCH")]
    [InlineData("DELETE", Samples.RequestsPath, "GET, POST")]
    public async Task Another_method_answers_405(string method, string path, string allow)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(new HttpMethod(method), path));

        answer.ShouldBe(405, Problem(
            "rfc7231#section-6.5.5", "Method Not Allowed", 405, path, "Method not allowed", "Method", $"{method} is not supported here"));
        Assert.Equal(allow, string.Join(", ", answer.Headers["Allow"].Split(", ").Order(StringComparer.Ordinal)));
    }

    private Task<Answer> WithKeyAsync(string key, string? second = null, string path = Samples.RequestsPath + "/0")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Api-Key", second is null ? [key] : new[] { key, second });
        return _server.SendAsync(request);
    }

    internal static string Problem(string section, string title, int status, string path, string detail, string name, string reason) =>
        $$"""{"Type":"https://www.rfc-editor.org/rfc/{{section}}","Title":"{{title}}","Status":{{status.ToString(CultureInfo.InvariantCulture)}},"Instance":"{{path}}","TraceId":null,"Detail":"{{detail}}","Errors":[{"Name":"{{name}}","Reason":"{{reason}}","Code":null,"Severity":null}]}""";
}

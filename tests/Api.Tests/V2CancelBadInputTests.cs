using System.Text;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>A cancel with something wrong gets the contract's own error and reaches no grain.</summary>
public sealed class V2CancelBadInputTests : IClassFixture<ApiServer>
{
    private const string Malformed = "Request body is not valid JSON or repeats a property";
    private const string NotAnObject = "Request body must be a JSON object";
    private const string ReasonRequired = "paymentCancellationReason is required";
    private readonly ApiServer _server;

    public V2CancelBadInputTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
    }

    [Theory]
    [InlineData("", ReasonRequired)]
    [InlineData("{}", ReasonRequired)]
    [InlineData("""{"paymentCancellationReason":null}""", ReasonRequired)]
    [InlineData("""{"paymentCancellationReason":""}""", ReasonRequired)]
    [InlineData("""{"paymentCancellationReason":"  \t "}""", ReasonRequired)]
    [InlineData("""{"paymentCancellationMessage":"only a message"}""", ReasonRequired)]
    [InlineData("""{"PaymentCancellationReason":"DUPLICATE"}""", ReasonRequired)]
    [InlineData("""{"paymentCancellationReason":"duplicate"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":"Duplicate"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":" DUPLICATE"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE\u0000"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":"CCG_AUTOMATED_CANCEL"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":"0"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE,FRAUDULENT"}""", "Invalid enum value")]
    [InlineData("""{"paymentCancellationReason":0}""", "paymentCancellationReason must be a string")]
    [InlineData("""{"paymentCancellationReason":true}""", "paymentCancellationReason must be a string")]
    [InlineData("""{"paymentCancellationReason":["DUPLICATE"]}""", "paymentCancellationReason must be a string")]
    [InlineData("""{"paymentCancellationReason":{}}""", "paymentCancellationReason must be a string")]
    [InlineData("""{"paymentCancellationReason":"\ud800"}""", "paymentCancellationReason is not valid text")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":1}""", "paymentCancellationMessage must be a string")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":["a"]}""", "paymentCancellationMessage must be a string")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"a\u0000b"}""", "paymentCancellationMessage must not contain control characters")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"\u001b[31m"}""", "paymentCancellationMessage must not contain control characters")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"\udc00 tail"}""", "paymentCancellationMessage is not valid text")]
    [InlineData("null", NotAnObject)]
    [InlineData("[]", NotAnObject)]
    [InlineData("""[{"paymentCancellationReason":"DUPLICATE"}]""", NotAnObject)]
    [InlineData("\"DUPLICATE\"", NotAnObject)]
    [InlineData("1", NotAnObject)]
    [InlineData("{", Malformed)]
    [InlineData("   ", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE",}""", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE"} x""", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE"}{}""", Malformed)]
    [InlineData("""{'paymentCancellationReason':'DUPLICATE'}""", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE"/**/}""", Malformed)]
    [InlineData("{\"paymentCancellationReason\":\"DUPLICATE\u0000\"}", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationReason":"FRAUDULENT"}""", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationReaso\u006e":"FRAUDULENT"}""", Malformed)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","\ud800":1}""", Malformed)]
    [InlineData("\ufeff{\"paymentCancellationReason\":\"DUPLICATE\"}", Malformed)]
    public async Task A_bad_body_answers_400(string body, string detail)
    {
        var answer = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, body));

        answer.ShouldBe(400, Invalid(detail));
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_message_over_its_limit_answers_400_and_one_at_its_limit_passes()
    {
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, null));
        var over = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, WithMessage(new string('é', CancelPayment.MessageMaxLength + 1))));
        over.ShouldBe(400, Invalid("paymentCancellationMessage must not be longer than 500 characters"));
        Assert.Empty(_server.Grains.Calls);

        var at = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, WithMessage(new string('é', CancelPayment.MessageMaxLength))));
        Assert.Equal(422, at.Status);
    }

    [Theory]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":""}""", null)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":null}""", null)]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"a\r\n\tb"}""", "a\r\n\tb")]
    [InlineData("""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"\ud83d\ude00 Ωμέγα"}""", "😀 Ωμέγα")]
    [InlineData("""{"unknown":{"a":[1]},"paymentCancellationReason":"DUPLICATE","other":null}""", null)]
    [InlineData(" \r\n{ \"paymentCancellationReason\" : \"DUPLICATE\" }\n", null)]
    public async Task An_unusual_body_that_is_right_passes(string body, string? message)
    {
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, null));

        var answer = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, body));

        Assert.Equal(422, answer.Status);
        Assert.Equal(message, Assert.IsType<CancelPayment>(Assert.Single(_server.Grains.Calls).Argument).Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_answer_400_wherever_they_are()
    {
        byte[] inMessage = [.. "{\"paymentCancellationReason\":\"DUPLICATE\",\"x\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        byte[] utf16 = Encoding.Unicode.GetBytes("""{"paymentCancellationReason":"DUPLICATE"}""");
        foreach (var body in new[] { inMessage, utf16, [0xFF, 0xFE] })
        {
            var request = _server.V2(HttpMethod.Patch, Samples.CancelPath);
            request.Content = ApiServer.Json(body);
            (await _server.SendAsync(request)).ShouldBe(400, Invalid(Malformed));
        }
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Deep_nesting_answers_400()
    {
        var deep = """{"paymentCancellationReason":"DUPLICATE","x":""" + new string('[', 5000) + new string(']', 5000) + "}";

        (await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, deep))).ShouldBe(400, Invalid(Malformed));
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_content_type_answers_415(string? contentType)
    {
        var request = _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);
        request.Content!.Headers.Remove("Content-Type");
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        (await _server.SendAsync(request)).ShouldBe(415,
            """{"title":"UNSUPPORTED_MEDIA_TYPE","status":415,"detail":"Content-Type must be application/json in UTF-8, without Content-Encoding"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("Application/JSON")]
    public async Task Json_by_another_spelling_passes(string contentType)
    {
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, null));
        var request = _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        Assert.Equal(422, (await _server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_compressed_body_answers_415()
    {
        var request = _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);
        request.Content!.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(415, (await _server.SendAsync(request)).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_body_of_64_KB_is_read_and_one_byte_more_answers_413()
    {
        const int Limit = 64 * 1024;
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, null));

        var over = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody.PadRight(Limit + 1)));
        over.ShouldBe(413, """{"title":"PAYLOAD_TOO_LARGE","status":413,"detail":"Request body must not be larger than 65536 bytes"}""");
        Assert.Empty(_server.Grains.Calls);

        var at = await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody.PadRight(Limit)));
        Assert.Equal(422, at.Status);
    }

    [Theory]
    [InlineData("123")]
    [InlineData("770e8400e29b41d4a716446655440000")]
    [InlineData("{770e8400-e29b-41d4-a716-446655440000}")]
    [InlineData("770e8400-e29b-41d4-a716-44665544000g")]
    [InlineData("770e8400-e29b-41d4-a716-4466554400000")]
    [InlineData("%20770e8400-e29b-41d4-a716-446655440000")]
    [InlineData("0x0e8400-e29b-41d4-a716-446655440000")]
    [InlineData("+70e8400-e29b-41d4-a716-446655440000")]
    [InlineData("770e8400-e29b-41d4-a716-446655440000%00")]
    [InlineData("..%2f770e8400-e29b-41d4-a716-446655440000")]
    public async Task An_id_that_is_no_uuid_answers_404_to_a_cancel_and_to_a_get(string id)
    {
        const string NotFound = """{"title":"NOT_FOUND","status":404,"detail":"paymentId not found"}""";

        var cancel = await _server.SendAsync(_server.V2(HttpMethod.Patch, $"/v2/payments/{id}/cancel", "not even JSON"));
        var get = await _server.SendAsync(_server.V2(HttpMethod.Get, $"/v2/payments/{id}"));

        Assert.Empty(_server.Grains.Calls);
        if (!id.Contains("%00", StringComparison.Ordinal))
        {
            cancel.ShouldBe(404, NotFound);
            get.ShouldBe(404, NotFound);
        }
        else
        {
            // The server refuses a NUL in a path before any application code runs.
            Assert.Equal((400, 400), (cancel.Status, get.Status));
        }
    }

    [Fact]
    public async Task An_overlong_id_answers_404()
    {
        var path = "/v2/payments/" + new string('7', 4000);

        var answer = await _server.SendAsync(_server.V2(HttpMethod.Patch, path + "/cancel", Samples.CancelBody));

        answer.ShouldBe(404, """{"title":"NOT_FOUND","status":404,"detail":"paymentId not found"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task An_upper_case_id_names_the_same_payment()
    {
        _server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(PaymentStatus.Authorized));

        await _server.SendAsync(_server.V2(HttpMethod.Get, "/v2/payments/770E8400-E29B-41D4-A716-446655440000"));

        Assert.Equal(Samples.PaymentId, Assert.Single(_server.Grains.Calls).Key);
    }

    private static string Invalid(string detail) => $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""";

    private static string WithMessage(string message) =>
        $$"""{"paymentCancellationReason":"DUPLICATE","paymentCancellationMessage":"{{message}}"}""";
}

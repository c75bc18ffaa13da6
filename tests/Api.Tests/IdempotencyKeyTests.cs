using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>The header <c>Idempotency-Key</c> on the real server, in front of a key that a test commands.</summary>
public sealed partial class IdempotencyKeyTests : IAsyncLifetime
{
    private const string V2Rule =
        """{"title":"INVALID_REQUEST","status":400,"detail":"Idempotency-Key must be 1 to 255 visible ASCII characters, once, bare or in double quotes"}""";

    private readonly ApiServer server = new();

    private FakeGrains Grains => server.Grains;

    public async Task InitializeAsync()
    {
        await server.InitializeAsync();
        Grains.OnClaim = (_, command) => Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.Claimed, "the-command", command.Resource));
        Grains.OnCancel = (_, _) => Cancelled(CancelPaymentOutcome.Accepted);
        Grains.OnCreate = (_, _) => Task.FromResult(new CreatePaymentResult(CreatePaymentOutcome.Accepted, Samples.Payment(PaymentStatus.Initiated)));
        Grains.OnCancelRequest = (_, _) => Task.FromResult(CancelPaymentRequestOutcome.Canceled);
        Grains.OnCreateRequest = (id, _) => Task.FromResult(
            new CreatePaymentRequestResult(CreatePaymentRequestOutcome.Created, Samples.Request(PaymentRequestStatus.Submitted) with { Id = id }));
        Grains.OnNextId = () => Task.FromResult(41L);
    }

    public Task DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Every_route_that_changes_something_takes_the_header()
    {
        var changing = server.Routes.Where(IsChanging).ToList();

        // Provider events are deduplicated by the provider's own event id.
        changing.RemoveAll(route => route.RoutePattern.RawText!.StartsWith("/provider-events/", StringComparison.Ordinal));

        // An operator's read sends nothing that a repeat would send again.
        changing.RemoveAll(route => route.RoutePattern.RawText!.StartsWith("/operator/", StringComparison.Ordinal));
        Assert.True(changing.Count >= 6);
        foreach (var route in changing)
        {
            var method = new HttpMethod(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single());
            var path = RouteParameter().Replace(route.RoutePattern.RawText!, $"{Samples.PaymentId}");
            var request = path.StartsWith("/v2", StringComparison.Ordinal) ? server.V2(method, path, "{}") : ApiServer.Payhub(method, path, "{}");
            request.Headers.TryAddWithoutValidation("Idempotency-Key", "\"");
            var answer = await server.SendAsync(request);
            Assert.True(answer.Status == 400 && answer.Body.Contains("Idempotency-Key must be", StringComparison.Ordinal), $"{method} {path} lacks WithIdempotencyKey.");
        }
    }

    [Fact]
    public async Task Without_the_header_nobody_is_asked_about_a_key()
    {
        Assert.Equal(202, (await server.SendAsync(Cancel())).Status);
        Assert.Equal(202, (await server.SendAsync(server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody))).Status);
        Assert.Equal(200, (await server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""))).Status);
        Assert.Equal(200, (await server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody))).Status);
        Assert.Empty(Grains.KeyCalls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("\"two words\"")]
    [InlineData("\"")]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"a\";p=1")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\\\"")]
    [InlineData("caf\u00e9")]
    public async Task A_key_that_breaks_the_rule_is_400_in_the_contract_s_shape(string key)
    {
        (await server.SendAsync(Keyed(Cancel(), key))).ShouldBe(400, V2Rule);

        var payhub = await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""), key));
        payhub.ShouldBe(400, """
            {"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"Bad Request","Status":400,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Request is not valid","Errors":[{"Name":"Idempotency-Key","Reason":"Idempotency-Key must be 1 to 255 visible ASCII characters, once, bare or in double quotes","Code":null,"Severity":null}]}
            """.Trim());
        Assert.Empty(Grains.KeyCalls);
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_key_of_255_characters_passes_and_one_of_256_or_two_keys_do_not()
    {
        Assert.Equal(202, (await server.SendAsync(Keyed(Cancel(), new string('k', 255)))).Status);
        (await server.SendAsync(Keyed(Cancel(), new string('k', 256)))).ShouldBe(400, V2Rule);
        (await server.SendAsync(Keyed(Keyed(Cancel(), "one"), "two"))).ShouldBe(400, V2Rule);
    }

    [Fact]
    public async Task A_key_is_the_same_bare_and_quoted_and_another_one_for_every_merchant_and_contract()
    {
        var keys = new List<string>();
        Grains.OnClaim = (key, _) =>
        {
            keys.Add(key);
            return Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.InFlight));
        };
        var other = Keyed(Cancel(), "8e03");
        other.Headers.Authorization = new("Bearer", server.Token(ApiServer.OtherMerchant));
        other.Headers.Remove("X-Merchant-Id");
        other.Headers.Add("X-Merchant-Id", $"{ApiServer.OtherMerchant}");

        await server.SendAsync(Keyed(Cancel(), "8e03"));
        await server.SendAsync(Keyed(Cancel(), "\"8e03\""));
        await server.SendAsync(Keyed(Cancel(), "8E03"));
        await server.SendAsync(other);
        await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""), "8e03"));

        Assert.Equal(keys[0], keys[1]);
        Assert.Equal(4, keys.Distinct().Count());
        Assert.All(keys, static key => Assert.Matches("^[0-9a-f]{64}$", key));
    }

    [Fact]
    public async Task A_claimed_request_is_carried_out_under_the_claim_s_command_and_its_answer_is_stored()
    {
        var answer = await server.SendAsync(Keyed(Cancel(), "k"));

        Assert.Equal(202, answer.Status);
        Assert.DoesNotContain("Idempotent-Replayed", answer.Headers.Keys);
        Assert.Equal("the-command", ((CancelPayment)Assert.Single(Grains.Calls).Argument).CommandId);
        var claim = (ClaimIdempotencyKey)Grains.KeyCalls.First();
        Assert.Equal(ApiServer.Merchant, claim.MerchantId);
        Assert.Equal(new CompleteIdempotencyKey(claim.ClaimId, "the-command", new StoredAnswer(202, answer.Body)), Grains.KeyCalls.Last());
    }

    [Fact]
    public async Task A_stored_answer_is_replayed_byte_for_byte_and_nothing_is_carried_out()
    {
        const string body = """{"stored":"caf\u00e9 é \ud83d\ude00","n":1.50}""";
        Grains.OnClaim = (_, _) => Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.Answered, Answer: new StoredAnswer(422, body)));
        foreach (var request in Changing())
        {
            Grains.Calls.Clear();
            var answer = await server.SendAsync(Keyed(request, "k"));
            answer.ShouldBe(422, body);
            Assert.Equal("true", answer.Headers["Idempotent-Replayed"]);
            Assert.DoesNotContain(Grains.Calls, static call => call.Argument is not "next");
        }
        Assert.All(Grains.KeyCalls, static call => Assert.IsType<ClaimIdempotencyKey>(call));
    }

    [Fact]
    public async Task A_key_in_use_is_409_and_a_key_of_another_request_is_422_in_the_contract_s_shape()
    {
        Grains.OnClaim = (_, _) => Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.InFlight));
        var busy = await server.SendAsync(Keyed(Cancel(), "k"));
        busy.ShouldBe(409, """{"title":"CONFLICT","status":409,"detail":"A request with this Idempotency-Key is in progress"}""");
        Assert.Equal("1", busy.Headers["Retry-After"]);
        (await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""), "k"))).ShouldBe(409, """
            {"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.8","Title":"Conflict","Status":409,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Request is in progress","Errors":[{"Name":"Idempotency-Key","Reason":"A request with this Idempotency-Key is in progress","Code":null,"Severity":null}]}
            """.Trim());

        Grains.OnClaim = (_, _) => Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.OtherRequest));
        (await server.SendAsync(Keyed(Cancel(), "k"))).ShouldBe(
            422, """{"title":"UNPROCESSABLE_ENTITY","status":422,"detail":"Idempotency-Key was used with another request"}""");
        (await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody), "k"))).ShouldBe(422, """
            {"Type":"https://www.rfc-editor.org/rfc/rfc4918#section-11.2","Title":"Unprocessable Entity","Status":422,"Instance":"/api/payhub/v1/payment/request","TraceId":null,"Detail":"Request is not valid","Errors":[{"Name":"Idempotency-Key","Reason":"Idempotency-Key was used with another request","Code":null,"Severity":null}]}
            """.Trim());
        Assert.DoesNotContain(Grains.Calls, static call => call.Argument is not "next");
    }

    [Fact]
    public async Task A_request_that_is_not_valid_or_not_admitted_claims_nothing()
    {
        Assert.Equal(400, (await server.SendAsync(Keyed(server.V2(HttpMethod.Patch, Samples.CancelPath, "{}"), "k"))).Status);
        Assert.Equal(400, (await server.SendAsync(Keyed(server.V2(HttpMethod.Post, "/v2/payments", "{"), "k"))).Status);
        Assert.Equal(404, (await server.SendAsync(Keyed(server.V2(HttpMethod.Patch, "/v2/payments/nobody/cancel", Samples.CancelBody), "k"))).Status);
        Assert.Equal(400, (await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"paid"}"""), "k"))).Status);
        var stranger = Keyed(Cancel(), "k");
        stranger.Headers.Authorization = null;
        Assert.Equal(401, (await server.SendAsync(stranger)).Status);
        Assert.Empty(Grains.KeyCalls);
    }

    [Theory]
    [InlineData(CancelPaymentOutcome.Accepted, 202)]
    [InlineData(CancelPaymentOutcome.NotFound, 404)]
    [InlineData(CancelPaymentOutcome.NotCancellable, 422)]
    [InlineData(CancelPaymentOutcome.ProviderRefused, 422)]
    public async Task A_definite_answer_is_stored(CancelPaymentOutcome outcome, int status)
    {
        Grains.OnCancel = (_, _) => Cancelled(outcome);
        var answer = await server.SendAsync(Keyed(Cancel(), "k"));
        Assert.Equal(new StoredAnswer(status, answer.Body), Assert.IsType<CompleteIdempotencyKey>(Grains.KeyCalls.Last()).Answer);
    }

    [Theory]
    [InlineData(CancelPaymentRequestOutcome.NotKlarna, 400, true)]
    [InlineData(CancelPaymentRequestOutcome.ForeignMerchant, 403, true)]
    [InlineData(CancelPaymentRequestOutcome.Failed, 500, false)]
    public async Task Any_other_answer_leaves_the_key_to_the_next_request(CancelPaymentRequestOutcome outcome, int status, bool hadNoEffect)
    {
        Grains.OnCancelRequest = (_, _) => Task.FromResult(outcome);
        var answer = await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""), "k"));
        Assert.Equal(status, answer.Status);
        Assert.Equal(hadNoEffect, Assert.IsType<ReleaseIdempotencyKey>(Grains.KeyCalls.Last()).HadNoEffect);
    }

    [Fact]
    public async Task A_failure_leaves_the_key_to_the_same_request_only()
    {
        Grains.OnCancel = (_, _) => throw new TimeoutException();
        Assert.Equal(503, (await server.SendAsync(Keyed(Cancel(), "k"))).Status);
        Assert.False(Assert.IsType<ReleaseIdempotencyKey>(Grains.KeyCalls.Last()).HadNoEffect);
    }

    [Fact]
    public async Task An_answer_that_could_not_be_stored_is_given_all_the_same()
    {
        Grains.OnEnd = () => throw new TimeoutException();
        Assert.Equal(202, (await server.SendAsync(Keyed(Cancel(), "k"))).Status);
        Grains.OnCancel = (_, _) => throw new InvalidOperationException("The first failure is the one that is told.");
        Assert.Equal(500, (await server.SendAsync(Keyed(Cancel(), "k"))).Status);
    }

    [Fact]
    public async Task A_key_that_cannot_be_claimed_stops_the_request()
    {
        Grains.OnClaim = (_, _) => throw new TimeoutException();
        Assert.Equal(503, (await server.SendAsync(Keyed(Cancel(), "k"))).Status);
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task The_order_of_properties_and_the_space_between_them_make_no_other_request()
    {
        var first = await FingerprintAsync(HttpMethod.Patch, Samples.CancelPath, """{"paymentCancellationReason":"DUPLICATE","x":[{"a":1,"b":"\ud83d"}]}""");
        Assert.Equal(first, await FingerprintAsync(HttpMethod.Patch, Samples.CancelPath, """ { "x" : [ { "b":"\ud83d", "a":1 } ], "paymentCancellationReason":"DUPLICATE" } """));
        foreach (var body in (string[])
        [
            """{"paymentCancellationReason":"DUPLICATE","x":[{"a":2,"b":"\ud83d"}]}""",
            """{"paymentCancellationReason":"FRAUDULENT","x":[{"a":1,"b":"\ud83d"}]}""",
            """{"paymentCancellationReason":"DUPLICATE","x":{"a":1,"b":"\ud83d"}}""",
            """{"paymentCancellationReason":"DUPLICATE"}""",
        ])
            Assert.NotEqual(first, await FingerprintAsync(HttpMethod.Patch, Samples.CancelPath, body));
        Assert.NotEqual(first, await FingerprintAsync(HttpMethod.Patch, $"/v2/payments/{Guid.NewGuid()}/cancel", """{"paymentCancellationReason":"DUPLICATE","x":[{"a":1,"b":"\ud83d"}]}"""));
        Assert.NotEqual(
            await FingerprintAsync(HttpMethod.Post, "/v2/payments", Samples.CreateBody),
            await FingerprintAsync(HttpMethod.Post, "/v2/payments", Samples.CreateBody.Replace("-001", "-002", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repeated_payhub_create_goes_on_with_the_id_that_the_first_one_drew()
    {
        Grains.OnClaim = (_, command) =>
        {
            Assert.Equal("41", command.Resource);
            return Task.FromResult(new IdempotencyClaim(IdempotencyOutcome.Claimed, "the-command", "27"));
        };
        var answer = await server.SendAsync(Keyed(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody), "k"));
        Assert.StartsWith("""{"PaymentRequestId":27,""", answer.Body, StringComparison.Ordinal);
        Assert.Equal(27L, Assert.Single(Grains.Calls, static call => call.Argument is CreatePaymentRequest).Key);
    }

    private static bool IsChanging(RouteEndpoint route) =>
        route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(static method => method is "POST" or "PATCH") == true;

    private static HttpRequestMessage Keyed(HttpRequestMessage request, string key)
    {
        Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
        return request;
    }

    private static Task<CancelPaymentResult> Cancelled(CancelPaymentOutcome outcome) => Task.FromResult(new CancelPaymentResult(
        outcome, outcome == CancelPaymentOutcome.Accepted ? Samples.Payment(PaymentStatus.CancelInitialized) : null, PaymentStatus.Completed));

    private HttpRequestMessage Cancel() => server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);

    private IEnumerable<HttpRequestMessage> Changing() =>
    [
        Cancel(),
        server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody),
        server.V2(HttpMethod.Patch, $"{Samples.PaymentPath}/capture", "{}"),
        server.V2(HttpMethod.Post, "/v2/refunds", $$"""{"paymentId":"{{Samples.PaymentId}}","merchantTransactionId":"refund-1"}"""),
        ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""),
        ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody),
    ];

    private async Task<string> FingerprintAsync(HttpMethod method, string path, string body)
    {
        Grains.KeyCalls.Clear();
        Assert.Equal(202, (await server.SendAsync(Keyed(server.V2(method, path, body), "k"))).Status);
        return Assert.IsType<ClaimIdempotencyKey>(Grains.KeyCalls.First()).Fingerprint;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex RouteParameter();
}

using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Api.Tests;

/// <summary><c>POST /v2/payments</c>.</summary>
public sealed class V2CreateTests : IClassFixture<ApiServer>
{
    private const string Half = """{"amount":12500,"paymentMethodId":"5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11"}""";
    private const string Other = """{"amount":12499,"paymentMethodId":"6c1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a22"}""";

    private readonly ApiServer _server;

    public V2CreateTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnCreate = (_, _) =>
            Task.FromResult(new CreatePaymentResult(CreatePaymentOutcome.Accepted, Samples.Payment(PaymentStatus.Initiated)));
    }

    [Fact]
    public async Task A_create_answers_202_with_the_payment_and_asks_the_grain_of_the_pair_once()
    {
        var answer = await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody));

        answer.ShouldBe(202,
            """{"url":"https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/v2/payments/770e8400-e29b-41d4-a716-446655440000","data":{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"status":"INITIATED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"INITIATED"}]}}""");
        var call = Assert.Single(_server.Grains.Calls);
        Assert.Equal(PaymentIds.ForTransaction(ApiServer.Merchant, "preauth-20260404-001"), call.Key);
        Assert.Equal(CancellationToken.None, call.Token);
        var command = Assert.IsType<CreatePayment>(call.Argument);
        Assert.Equal(new Dictionary<string, string> { ["orderId"] = "1" }, command.Metadata);
        Assert.Equal(
            new CreatePayment(
                ApiServer.Merchant, "preauth-20260404-001", 25000, "USD", true, Samples.MethodId, null, "Shoes", "ORDER1", null,
                command.Metadata, "development"),
            command);
    }

    [Fact]
    public async Task The_smallest_body_is_a_sale_without_extras()
    {
        await CreateAsync("""{"merchantTransactionId":"1","amount":1,"currencyCode":"USD","paymentAllocations":[{"amount":1,"paymentMethodId":"5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11"}]}""");

        var command = Assert.IsType<CreatePayment>(Assert.Single(_server.Grains.Calls).Argument);
        Assert.Equal((false, null, null, null, 0), (command.AuthorizeOnly, command.Consent, command.Description, command.StatementDescriptorSuffix, command.Metadata.Count));
    }

    [Fact]
    public async Task Two_allocations_are_a_split_tender()
    {
        await CreateAsync(
            $$"""{"merchantTransactionId":"1","amount":24999,"currencyCode":"USD","authorizeCard":false,"paymentAllocations":[{{Half}},{{Other}}]}""");

        var command = Assert.IsType<CreatePayment>(Assert.Single(_server.Grains.Calls).Argument);
        Assert.Equal((24999L, Guid.Empty), (command.AmountMinor, command.PaymentMethodId));
        Assert.Equal(
            [new SplitAllocation(Samples.MethodId, 12500), new SplitAllocation(new Guid("6c1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a22"), 12499)], command.Split.AsEnumerable());
    }

    [Theory]
    [InlineData(true, 24999, Other, "authorizeCard must be false for split tender")]
    [InlineData(false, 25000, Other, "The amounts of paymentAllocations must add up to amount")]
    [InlineData(false, 25000, Half, "paymentAllocations must have different payment methods")]
    public async Task A_split_tender_is_a_sale_over_two_cards_that_add_up(bool authorize, long amount, string second, string detail)
    {
        var flag = authorize ? "true" : "false";
        await RefusedAsync(
            $$"""{"merchantTransactionId":"1","amount":{{amount}},"currencyCode":"USD","authorizeCard":{{flag}},"paymentAllocations":[{{Half}},{{second}}]}""",
            detail);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Consent_is_understood()
    {
        await CreateAsync(With("consent", """{"type":"ONLINE","timestamp":"2026-04-04T14:00:00.5+02:00","ipAddress":"2001:db8::1","userAgent":"UA"}"""));

        var command = Assert.IsType<CreatePayment>(Assert.Single(_server.Grains.Calls).Argument);
        Assert.Equal(new BankDebitConsent(ConsentKind.Online, ApiServer.Now.AddMilliseconds(500), "2001:db8::1", "UA"), command.Consent);
    }

    [Theory]
    [InlineData("WRITTEN", ConsentKind.Written)]
    [InlineData("VERBAL", ConsentKind.Verbal)]
    public async Task Consent_off_line_needs_no_address(string wire, ConsentKind kind)
    {
        await CreateAsync(With("consent", $$"""{"type":"{{wire}}","timestamp":"2026-04-04T12:00:00Z"}"""));

        var command = Assert.IsType<CreatePayment>(Assert.Single(_server.Grains.Calls).Argument);
        Assert.Equal(new BankDebitConsent(kind, ApiServer.Now, null, null), command.Consent);
    }

    [Theory]
    [InlineData(CreatePaymentOutcome.TooManyAttempts, 422, "UNPROCESSABLE_ENTITY", "merchantTransactionId was used too often, use a new merchantTransactionId")]
    [InlineData(CreatePaymentOutcome.UnknownPaymentMethod, 400, "INVALID_REQUEST", "paymentMethodId not found")]
    [InlineData(CreatePaymentOutcome.ConsentRequired, 400, "INVALID_REQUEST", "consent is required for BANK_ACCOUNT payments")]
    [InlineData(CreatePaymentOutcome.BankAccountIsSaleOnly, 400, "INVALID_REQUEST", "authorizeCard must be false for BANK_ACCOUNT payments")]
    [InlineData(CreatePaymentOutcome.InvalidSplit, 400, "INVALID_REQUEST", "Both paymentAllocations of a split tender must be cards")]
    public async Task Each_refusal_of_the_grain_has_its_answer(CreatePaymentOutcome outcome, int status, string title, string detail)
    {
        _server.Grains.OnCreate = (_, _) => Task.FromResult(new CreatePaymentResult(outcome, null));

        var answer = await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody));

        answer.ShouldBe(status, $$"""{"title":"{{title}}","status":{{status.ToString(CultureInfo.InvariantCulture)}},"detail":"{{detail}}"}""");
    }

    [Theory]
    [InlineData("merchantTransactionId", null, "merchantTransactionId is required")]
    [InlineData("merchantTransactionId", "null", "merchantTransactionId is required")]
    [InlineData("merchantTransactionId", "\"\"", "merchantTransactionId is required")]
    [InlineData("merchantTransactionId", "\" \"", "merchantTransactionId is required")]
    [InlineData("merchantTransactionId", "7", "merchantTransactionId must be a string")]
    [InlineData("merchantTransactionId", "\"123456789012345678901234567890123456789012345678901\"", "merchantTransactionId must not be longer than 50 characters")]
    [InlineData("merchantTransactionId", "\"a\\nb\"", "merchantTransactionId must not contain control characters")]
    [InlineData("merchantTransactionId", "\"\\ud800\"", "merchantTransactionId is not valid text")]
    [InlineData("amount", null, "amount is required")]
    [InlineData("amount", "0", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "-1", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "100000000", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "99999999999999999999999999", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "25000.5", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "2.5e4", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "\"25000\"", "amount must be an integer from 1 to 99999999")]
    [InlineData("amount", "true", "amount must be an integer from 1 to 99999999")]
    [InlineData("currencyCode", null, "currencyCode is required")]
    [InlineData("currencyCode", "840", "currencyCode must be a string")]
    [InlineData("currencyCode", "\"usd\"", "currencyCode must be three upper case letters (ISO 4217)")]
    [InlineData("currencyCode", "\"US\"", "currencyCode must be three upper case letters (ISO 4217)")]
    [InlineData("currencyCode", "\"EUR\"", "currencyCode is not supported")]
    [InlineData("authorizeCard", "\"true\"", "authorizeCard must be true or false")]
    [InlineData("authorizeCard", "1", "authorizeCard must be true or false")]
    [InlineData("partialAuthorization", "{}", "partialAuthorization must be true or false")]
    [InlineData("description", "5", "description must be a string")]
    [InlineData("description", "\"a\\u0007\"", "description must not contain control characters")]
    [InlineData("statementDescriptorSuffix", "\"A2345678901234567890123\"", "statementDescriptorSuffix must not be longer than 22 characters")]
    [InlineData("statementDescriptorSuffix", "\"A*B\"", "statementDescriptorSuffix must have a letter and none of <>\\\\'\\\"*")]
    [InlineData("statementDescriptorSuffix", "\"123\"", "statementDescriptorSuffix must have a letter and none of <>\\\\'\\\"*")]
    [InlineData("customer", "\"J\"", "customer must be an object")]
    [InlineData("paymentAllocations", null, "paymentAllocations is required")]
    [InlineData("paymentAllocations", "[]", "paymentAllocations is required")]
    [InlineData("paymentAllocations", "{}", "paymentAllocations must be an array")]
    [InlineData("paymentAllocations", "[1]", "paymentAllocations[0] must be an object")]
    [InlineData("paymentAllocations", "[{},{}]", "paymentAllocations[0].amount is required")]
    [InlineData("paymentAllocations", "[{},{},{}]", "paymentAllocations must not have more than 2 entries")]
    [InlineData("paymentAllocations", "[{\"paymentMethodId\":\"5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11\"}]", "paymentAllocations[0].amount is required")]
    [InlineData("paymentAllocations", "[{\"amount\":24999,\"paymentMethodId\":\"5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11\"}]", "paymentAllocations[0].amount must be equal to amount")]
    [InlineData("paymentAllocations", "[{\"amount\":25000}]", "paymentAllocations[0].paymentMethodId is required")]
    [InlineData("paymentAllocations", "[{\"amount\":25000,\"paymentMethodId\":\"pm_1\"}]", "paymentAllocations[0].paymentMethodId must be a UUID")]
    [InlineData("consent", "true", "consent must be an object")]
    [InlineData("consent", "{}", "consent.type is required")]
    [InlineData("consent", "{\"type\":\"online\"}", "consent.type must be one of ONLINE, WRITTEN, VERBAL")]
    [InlineData("consent", "{\"type\":\"VERBAL\"}", "consent.timestamp is required")]
    [InlineData("consent", "{\"type\":\"VERBAL\",\"timestamp\":\"yesterday\"}", "consent.timestamp must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("consent", "{\"type\":\"VERBAL\",\"timestamp\":\"2026-04-04T12:00:00\"}", "consent.timestamp must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("consent", "{\"type\":\"VERBAL\",\"timestamp\":\"2026-02-30T12:00:00Z\"}", "consent.timestamp must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("consent", "{\"type\":\"VERBAL\",\"timestamp\":1775304000}", "consent.timestamp must be a string")]
    [InlineData("consent", "{\"type\":\"ONLINE\",\"timestamp\":\"2026-04-04T12:00:00Z\"}", "consent.ipAddress is required")]
    [InlineData("consent", "{\"type\":\"ONLINE\",\"timestamp\":\"2026-04-04T12:00:00Z\",\"ipAddress\":\"1\"}", "consent.ipAddress must be an IP address")]
    [InlineData("consent", "{\"type\":\"ONLINE\",\"timestamp\":\"2026-04-04T12:00:00Z\",\"ipAddress\":\"localhost\"}", "consent.ipAddress must be an IP address")]
    [InlineData("metadata", "[]", "metadata must be an object")]
    [InlineData("metadata", "{\"a\":1}", "metadata.a must be a string")]
    [InlineData("metadata", "{\"\":\"x\"}", "metadata keys must have 1 to 40 characters and no control characters")]
    [InlineData("metadata", "{\"12345678901234567890123456789012345678901\":\"x\"}", "metadata keys must have 1 to 40 characters and no control characters")]
    public async Task A_bad_field_answers_400_and_reaches_no_grain(string field, string? value, string detail)
    {
        var answer = await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments", With(field, value)));

        answer.ShouldBe(400, $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Long_text_and_too_much_metadata_answer_400()
    {
        var long256 = $"\"{new string('d', 256)}\"";
        await RefusedAsync(With("description", long256), "description must not be longer than 255 characters");
        await RefusedAsync(With("metadata", $$"""{"a":"{{new string('v', 501)}}"}"""), "metadata.a must not be longer than 500 characters");
        var many = "{" + string.Join(',', Enumerable.Range(0, 41).Select(index => $"\"k{index}\":\"v\"")) + "}";
        await RefusedAsync(With("metadata", many), "metadata must not have more than 40 entries");
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task The_empty_and_the_absent_body_lack_the_first_field()
    {
        await RefusedAsync("", "merchantTransactionId is required");

        (await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments"))).ShouldBe(400,
            """{"title":"INVALID_REQUEST","status":400,"detail":"merchantTransactionId is required"}""");
    }

    private async Task RefusedAsync(string body, string detail) =>
        (await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments", body))).ShouldBe(400,
            $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");

    private async Task CreateAsync(string body) =>
        Assert.Equal(202, (await _server.SendAsync(_server.V2(HttpMethod.Post, "/v2/payments", body))).Status);

    // Edited as text: values that no JSON writer would produce must get through. The field's own value is cut out first.
    private static string With(string field, string? value)
    {
        var fields = JsonNode.Parse(Samples.CreateBody)!.AsObject();
        fields.Remove(field);
        var rest = fields.ToJsonString();
        return value is null ? rest : $"{rest[..^1]},\"{field}\":{value}}}";
    }
}

using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Api.Tests;

/// <summary><c>POST /api/payhub/v1/payment/request</c>.</summary>
public sealed class PayhubCreateTests : IClassFixture<ApiServer>
{
    private readonly ApiServer _server;

    public PayhubCreateTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnNextId = () => Task.FromResult(27L);
        _server.Grains.OnCreateRequest = (_, _) => Task.FromResult(
            new CreatePaymentRequestResult(CreatePaymentRequestOutcome.Created, Samples.Request(PaymentRequestStatus.Submitted)));
    }

    [Fact]
    public async Task A_create_takes_an_id_and_creates_the_request_under_it()
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody));

        answer.ShouldBe(200, """{"PaymentRequestId":27,"Paycode":"RF18539007547034","Paylink":"https://pay.example/27","Status":"submitted"}""");
        Assert.Equal(2, _server.Grains.Calls.Count);
        Assert.Equal(27L, _server.Grains.Calls.Last().Key);
        var command = Created();
        Assert.Equal([new OrderLine("Item", 1, 10000, 10000)], command.OrderLines.ToArray());
        Assert.Equal(
            new CreatePaymentRequest(
                ApiServer.Merchant, "klarna", "StaticQR", 10000, "EUR", "GR", "el-GR", "till 3", command.OrderLines, command.Actor, "SHOP-01"),
            command);
    }

    [Fact]
    public async Task The_smallest_body_is_in_euro_and_without_extras()
    {
        await CreateAsync("""{"Provider":"worldline","PaymentType":"Fixed","Amount":0.01}""");

        var command = Created();
        Assert.Equal(("worldline", "Fixed", 1L, "EUR"), (command.Provider, command.PaymentType, command.AmountMinor, command.CurrencyCode));
        Assert.True(command is { Country: null, Locale: null, Description: null, OrderLines: { IsDefault: false, Length: 0 } });
    }

    [Theory]
    [InlineData("100", "EUR", 10000)]
    [InlineData("100.0", "EUR", 10000)]
    [InlineData("100.010", "EUR", 10001)]
    [InlineData("1.005e2", "EUR", 10050)]
    [InlineData("99999999.99", "EUR", 9999999999)]
    [InlineData("100", "JPY", 100)]
    [InlineData("1.234", "KWD", 1234)]
    public async Task Amounts_become_minor_units_of_their_currency(string amount, string currency, long minor)
    {
        await CreateAsync($$"""{"Provider":"viva","PaymentType":"Fixed","Amount":{{amount}},"Currency":"{{currency}}"}""");

        Assert.Equal((minor, currency), (Created().AmountMinor, Created().CurrencyCode));
    }

    [Theory]
    [InlineData("dias")]
    [InlineData("onepay")]
    [InlineData("paygate")]
    [InlineData("klarna")]
    [InlineData("worldline")]
    [InlineData("viva")]
    [InlineData("nexi")]
    public async Task Every_provider_is_known(string provider)
    {
        await CreateAsync($$"""{"Provider":"{{provider}}","PaymentType":"Fixed","Amount":1}""");

        Assert.Equal(provider, Created().Provider);
    }

    [Fact]
    public async Task A_dynamic_code_needs_no_short_code_and_a_discount_is_a_negative_line()
    {
        await CreateAsync(
            """{"Provider":"klarna","PaymentType":"DynamicQR","Amount":9,"OrderLines":[{"Name":"A","Quantity":2,"UnitPrice":5,"TotalAmount":10},{"Name":"Off","Quantity":1,"UnitPrice":-1,"TotalAmount":-1}]}""");

        Assert.Equal([new OrderLine("A", 2, 500, 1000), new OrderLine("Off", 1, -100, -100)], Created().OrderLines.ToArray());
    }

    [Theory]
    [InlineData("Provider", null, "Provider", "Provider is required")]
    [InlineData("Provider", "\"stripe\"", "Provider", "Provider must be one of dias, onepay, paygate, klarna, worldline, viva, nexi")]
    [InlineData("Provider", "\"Klarna\"", "Provider", "Provider must be one of dias, onepay, paygate, klarna, worldline, viva, nexi")]
    [InlineData("Provider", "7", "Provider", "Provider must be a string")]
    [InlineData("Provider", "\"viva\"", "PaymentType", "PaymentType StaticQR is only supported for Klarna payments")]
    [InlineData("PaymentType", null, "PaymentType", "PaymentType is required")]
    [InlineData("PaymentType", "\"staticqr\"", "PaymentType", "PaymentType must be one of Fixed, DynamicQR, StaticQR")]
    [InlineData("ShortCode", null, "ShortCode", "ShortCode is required")]
    [InlineData("ShortCode", "\"123456789012345678901234567890123456789012345678901\"", "ShortCode", "ShortCode must not be longer than 50 characters")]
    [InlineData("Currency", "\"eur\"", "Currency", "Currency is not supported")]
    [InlineData("Currency", "\"XXX\"", "Currency", "Currency is not supported")]
    [InlineData("Currency", "978", "Currency", "Currency must be a string")]
    [InlineData("Amount", null, "Amount", "Amount is required")]
    [InlineData("Amount", "0", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "0.00", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "-1", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "100000000", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "1e99", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "1e28", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "\"100\"", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "100.00000000000000000000000000000000001", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("Amount", "1.001", "Amount", "Amount must not have more than 2 decimals in EUR")]
    [InlineData("Amount", "1e-3", "Amount", "Amount must not have more than 2 decimals in EUR")]
    [InlineData("Amount", "1e-40", "Amount", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("TaxAmount", "-0.01", "TaxAmount", "TaxAmount must be a number from 0.00 to 99999999.99")]
    [InlineData("TaxAmount", "true", "TaxAmount", "TaxAmount must be a number from 0.00 to 99999999.99")]
    [InlineData("Country", "\"GRC\"", "Country", "Country must not be longer than 2 characters")]
    [InlineData("Country", "\"gr\"", "Country", "Country must be two upper case letters (ISO 3166)")]
    [InlineData("Locale", "[]", "Locale", "Locale must be a string")]
    [InlineData("Description", "\"a\\u0000\"", "Description", "Description must not contain control characters")]
    [InlineData("Debtor", "\"X SA\"", "Debtor", "Debtor must be an object")]
    [InlineData("Store", "[]", "Store", "Store must be an object")]
    [InlineData("OrderLines", "{}", "OrderLines", "OrderLines must be an array")]
    [InlineData("OrderLines", "[null]", "OrderLines[0]", "OrderLines[0] must be an object")]
    [InlineData("OrderLines", "[{}]", "OrderLines[0].Name", "OrderLines[0].Name is required")]
    [InlineData("OrderLines", "[{\"Name\":\"A\",\"Quantity\":0}]", "OrderLines[0].Quantity", "OrderLines[0].Quantity must be an integer from 1 to 1000000")]
    [InlineData("OrderLines", "[{\"Name\":\"A\",\"Quantity\":1.5}]", "OrderLines[0].Quantity", "OrderLines[0].Quantity must be an integer from 1 to 1000000")]
    [InlineData("OrderLines", "[{\"Name\":\"A\",\"Quantity\":1,\"UnitPrice\":0.001}]", "OrderLines[0].UnitPrice", "OrderLines[0].UnitPrice must not have more than 2 decimals in EUR")]
    [InlineData("OrderLines", "[{\"Name\":\"A\",\"Quantity\":1,\"UnitPrice\":1}]", "OrderLines[0].TotalAmount", "OrderLines[0].TotalAmount is required")]
    public async Task A_bad_field_answers_400_and_takes_no_id(string field, string? value, string name, string reason)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, With(field, value)));

        answer.ShouldBe(400, PayhubBadInputTests.Problem(
            "rfc7231#section-6.5.1", "Bad Request", 400, Samples.RequestsPath, "Request is not valid", name, reason));
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Fractions_of_a_currency_without_them_answer_400()
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(
            HttpMethod.Post, Samples.RequestsPath, """{"Provider":"viva","PaymentType":"Fixed","Amount":1.5,"Currency":"JPY"}"""));

        answer.ShouldBe(400, PayhubBadInputTests.Problem(
            "rfc7231#section-6.5.1", "Bad Request", 400, Samples.RequestsPath, "Request is not valid", "Amount",
            "Amount must not have more than 0 decimals in JPY"));
    }

    [Fact]
    public async Task A_refusal_and_an_unknown_outcome_have_their_answers()
    {
        Answers(CreatePaymentRequestOutcome.ProviderRefused, PaymentRequestStatus.Declined);
        var refused = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody));
        refused.ShouldBe(400, PayhubBadInputTests.Problem(
            "rfc7231#section-6.5.1", "Bad Request", 400, Samples.RequestsPath, "Payment request was refused", "Provider",
            "The provider refused the payment request"));

        Answers(CreatePaymentRequestOutcome.Unknown, PaymentRequestStatus.Submitted);
        var unknown = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody));
        unknown.ShouldBe(500, PayhubBadInputTests.Problem(
            "rfc7231#section-6.5.1", "One or more errors occurred.", 500, Samples.RequestsPath, "Failed to create payment request", "Server",
            "Internal server error"));
    }

    private void Answers(CreatePaymentRequestOutcome outcome, PaymentRequestStatus status) =>
        _server.Grains.OnCreateRequest = (_, _) => Task.FromResult(new CreatePaymentRequestResult(outcome, Samples.Request(status)));

    private CreatePaymentRequest Created() => Assert.IsType<CreatePaymentRequest>(_server.Grains.Calls.Last().Argument);

    private async Task CreateAsync(string body) =>
        Assert.Equal(200, (await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, body))).Status);

    private static string With(string field, string? value)
    {
        var fields = JsonNode.Parse(Samples.CreateRequestBody)!.AsObject();
        fields.Remove(field);
        var rest = fields.ToJsonString();
        return value is null ? rest : $"{rest[..^1]},\"{field}\":{value}}}";
    }
}

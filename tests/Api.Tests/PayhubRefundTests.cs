using Xunit;

namespace Payments.Api.Tests;

/// <summary><c>POST /api/payhub/v1/payment/{paymentId}/refund</c>: the public document's request, answer and error envelope.</summary>
public sealed class PayhubRefundTests : IClassFixture<ApiServer>
{
    private const string Path = "/api/payhub/v1/payment/123/refund";
    private const string Body = """{"Amount":10.5,"Reason":"Customer requested refund"}""";

    private readonly ApiServer _server;

    public PayhubRefundTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnGetRequest = (_, _) => Task.FromResult(
            new GetPaymentRequestResult(PaymentRequestAccess.Granted, Samples.Request(PaymentRequestStatus.Completed)));
        _server.Grains.OnRefundRequest = (_, _) => Task.FromResult(new RefundPayhubPaymentResult(RefundPayhubPaymentOutcome.Succeeded, Refund()));
    }

    [Fact]
    public async Task A_refund_answers_as_the_public_document_shows_it()
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Path, Body));

        answer.ShouldBe(
            200,
            """{"RefundRequestId":123001,"ReferenceCode":"0123456789abcdef0123456789abcdef","Status":"Succeeded","ProviderRefundId":"klarna-1","PaymentId":123,"RequestedAt":"2026-06-12T09:32:30.0215645Z"}""");
        var command = Command();
        Assert.Equal((ApiServer.Merchant, 1050L, "Customer requested refund"), (command.MerchantId, command.AmountMinor, command.Reason));
        Assert.Matches("^api-key:[0-9a-f]{8}$", command.Actor);
        Assert.NotEmpty(command.CommandId);
        Assert.Equal((123L, CancellationToken.None), (_server.Grains.Calls.Last().Key, _server.Grains.Calls.Last().Token));
    }

    [Theory]
    [InlineData(RefundPayhubPaymentOutcome.NotKlarna, 400, "Bad Request", "1", "Payment is not a Klarna payment")]
    [InlineData(RefundPayhubPaymentOutcome.ForeignMerchant, 403, "Forbidden", "3", "You are not authorized to refund this payment")]
    [InlineData(RefundPayhubPaymentOutcome.NotFound, 404, "Not Found", "4", "Payment not found")]
    [InlineData(RefundPayhubPaymentOutcome.AmountTooLarge, 409, "Conflict", "8", "Refund amount is more than what is left of the payment")]
    [InlineData(RefundPayhubPaymentOutcome.Refused, 409, "Conflict", "8", "Klarna refused the refund")]
    [InlineData(RefundPayhubPaymentOutcome.Unknown, 500, "One or more errors occurred.", "1", "Failed to refund payment")]
    public async Task Each_outcome_has_its_answer_with_errors_null(RefundPayhubPaymentOutcome outcome, int status, string title, string section, string detail)
    {
        _server.Grains.OnRefundRequest = (_, _) => Task.FromResult(new RefundPayhubPaymentResult(outcome, Refund()));

        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Path, Body));

        answer.ShouldBe(
            status,
            $$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.{{section}}","Title":"{{title}}","Status":{{status}},"Instance":"{{Path}}","TraceId":null,"Detail":"{{detail}}","Errors":null}""");
    }

    [Fact]
    public void Every_outcome_is_tested_above() => Assert.Equal(7, Enum.GetValues<RefundPayhubPaymentOutcome>().Length);

    [Theory]
    [InlineData("""{"Reason":"x"}""", "Amount is required")]
    [InlineData("""{"Amount":0}""", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("""{"Amount":-1}""", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("""{"Amount":"10.5"}""", "Amount must be a number from 0.01 to 99999999.99")]
    [InlineData("""{"Amount":10.505}""", "Amount must not have more than 2 decimals in EUR")]
    [InlineData("""{"Amount":1,"Reason":7}""", "Reason must be a string")]
    public async Task A_body_that_is_wrong_is_400_and_reaches_nobody(string body, string detail)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Path, body));

        Assert.Equal(400, (int)answer.Status);
        Assert.Contains($"\"Detail\":\"{detail}\",\"Errors\":null", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Grains.Calls, call => call.Argument is RefundPayhubPayment);
    }

    [Theory]
    [InlineData("KWD", "1.234", 1234)]
    [InlineData("JPY", "500", 500)]
    public async Task The_amount_is_in_the_payments_own_currency(string currency, string amount, long minor)
    {
        _server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(
            PaymentRequestAccess.Granted, Samples.Request(PaymentRequestStatus.Completed) with { CurrencyCode = currency }));

        await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Path, $$"""{"Amount":{{amount}}}"""));

        Assert.Equal((minor, null), (Command().AmountMinor, Command().Reason));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("99999999999999999999")]
    public async Task An_id_that_names_nothing_is_404_without_a_call(string id)
    {
        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, $"/api/payhub/v1/payment/{id}/refund", Body));

        Assert.Equal(404, (int)answer.Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_failure_of_ours_is_the_contracts_500()
    {
        _server.Grains.OnRefundRequest = (_, _) => throw new InvalidOperationException("a silo died");

        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Path, Body));

        Assert.Equal(500, (int)answer.Status);
        Assert.Contains("\"Detail\":\"Failed to refund payment\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_it_is_401()
    {
        var request = ApiServer.Payhub(HttpMethod.Post, Path, Body);
        request.Headers.Remove("X-Api-Key");

        Assert.Equal(401, (int)(await _server.SendAsync(request)).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_get_shows_the_payment_and_its_refunds()
    {
        _server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(
            PaymentRequestAccess.Granted, Samples.Request(PaymentRequestStatus.Completed) with { PaymentId = 27, Refunds = [Refund()] }));

        var answer = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Get, Samples.RequestPath));

        Assert.EndsWith(
            """
            "PaymentId":27,"Refunds":[{"RefundRequestId":123001,"ReferenceCode":"0123456789abcdef0123456789abcdef","Amount":10.50,"Status":"Succeeded","ProviderRefundId":"klarna-1","RequestedAt":"2026-06-12T09:32:30.0215645Z"}]}
            """,
            answer.Body, StringComparison.Ordinal);
    }

    private static PayhubRefundView Refund() => new(
        123_001, "0123456789abcdef0123456789abcdef", 1050, PayhubRefundStatus.Succeeded, "klarna-1", 123,
        new DateTimeOffset(2026, 6, 12, 9, 32, 30, TimeSpan.Zero).AddTicks(215645));

    private RefundPayhubPayment Command() => Assert.IsType<RefundPayhubPayment>(_server.Grains.Calls.Last().Argument);
}

using System.Globalization;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Every answer of the seed "Cancel Payment Request", letter by letter apart from white space, with its odd 500 row.</summary>
public sealed class PayhubSeedTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData(CancelPaymentRequestOutcome.Canceled, 200, "{}")]
    [InlineData(CancelPaymentRequestOutcome.NotKlarna, 400, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"Bad Request","Status":400,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request is not a Klarna payment","Errors":[{"Name":"Provider","Reason":"Cancellation is only supported for Klarna payments","Code":null,"Severity":null}]}""")]
    [InlineData(CancelPaymentRequestOutcome.ForeignMerchant, 403, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.3","Title":"Forbidden","Status":403,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"You are not authorized to cancel this payment request","Errors":[{"Name":"Authorization","Reason":"Payment request belongs to a different merchant","Code":null,"Severity":null}]}""")]
    [InlineData(CancelPaymentRequestOutcome.NotFound, 404, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.4","Title":"Not Found","Status":404,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request not found","Errors":[{"Name":"PaymentRequest","Reason":"No payment request found with the given ID","Code":null,"Severity":null}]}""")]
    [InlineData(CancelPaymentRequestOutcome.AlreadyFinal, 409, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.8","Title":"Conflict","Status":409,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request cannot be cancelled","Errors":[{"Name":"Status","Reason":"Payment request is already cancelled or completed","Code":null,"Severity":null}]}""")]
    [InlineData(CancelPaymentRequestOutcome.Failed, 500, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"One or more errors occurred.","Status":500,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Failed to cancel payment request","Errors":[{"Name":"Server","Reason":"Internal server error","Code":null,"Severity":null}]}""")]
    public async Task Each_outcome_of_a_cancel_answers_its_row(CancelPaymentRequestOutcome outcome, int status, string body)
    {
        server.Grains.OnCancelRequest = (_, _) => Task.FromResult(outcome);
        server.Grains.Calls.Clear();

        var answer = await server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{ "Status": "canceled" }"""));

        answer.ShouldBe(status, body);
        var call = Assert.Single(server.Grains.Calls);
        Assert.Equal(123L, call.Key);
        var command = Assert.IsType<CancelPaymentRequest>(call.Argument);
        Assert.Equal(ApiServer.Merchant, command.MerchantId);
        Assert.Matches("^api-key:[0-9a-f]{8}$", command.Actor);
        Assert.Equal(CancellationToken.None, call.Token);
    }

    [Fact]
    public void Every_outcome_is_in_the_table_above() => Assert.Equal(6, Enum.GetValues<CancelPaymentRequestOutcome>().Length);

    [Theory]
    [InlineData(PaymentRequestStatus.Submitted, "submitted")]
    [InlineData(PaymentRequestStatus.InProgress, "in_progress")]
    [InlineData(PaymentRequestStatus.Completed, "completed")]
    [InlineData(PaymentRequestStatus.Declined, "declined")]
    [InlineData(PaymentRequestStatus.Expired, "expired")]
    [InlineData(PaymentRequestStatus.CancelPending, "cancel_pending")]
    [InlineData(PaymentRequestStatus.Canceled, "canceled")]
    [InlineData(PaymentRequestStatus.CancelFailed, "cancel_failed")]
    public async Task A_get_shows_the_request_and_every_state_has_its_spelling(PaymentRequestStatus status, string wire)
    {
        server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(PaymentRequestAccess.Granted, Samples.Request(status)));

        var answer = await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, "/api/payhub/v1/payment/request/27"));

        answer.ShouldBe(200,
            $$"""{"PaymentRequestId":27,"Provider":"klarna","PaymentType":"StaticQR","Amount":100.00,"Currency":"EUR","Description":"till 3","Status":"{{wire}}","Paycode":"RF18539007547034","Paylink":"https://pay.example/27","CreatedAt":"2026-04-04T12:00:00Z","UpdatedAt":"2026-04-04T12:00:00.1234567Z","PaymentId":null,"Refunds":[]}""");
    }

    [Fact]
    public void Every_state_is_in_the_table_above_() => Assert.Equal(8, Enum.GetValues<PaymentRequestStatus>().Length);

    [Theory]
    [InlineData("JPY", 10000, "10000")]
    [InlineData("EUR", 5, "0.05")]
    [InlineData("KWD", 10000, "10.000")]
    public async Task A_get_shows_the_amount_with_the_currency_s_decimals(string currency, long minor, string major)
    {
        server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(
            PaymentRequestAccess.Granted, Samples.Request(PaymentRequestStatus.Submitted) with { CurrencyCode = currency, AmountMinor = minor }));

        var answer = await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, Samples.RequestPath));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"Amount\":{major},\"Currency\":\"{currency}\""), answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PaymentRequestAccess.NotFound, 404, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.4","Title":"Not Found","Status":404,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request not found","Errors":[{"Name":"PaymentRequest","Reason":"No payment request found with the given ID","Code":null,"Severity":null}]}""")]
    [InlineData(PaymentRequestAccess.ForeignMerchant, 403, """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.3","Title":"Forbidden","Status":403,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"You are not authorized to read this payment request","Errors":[{"Name":"Authorization","Reason":"Payment request belongs to a different merchant","Code":null,"Severity":null}]}""")]
    public async Task A_get_of_what_may_not_be_seen_answers_its_row(PaymentRequestAccess access, int status, string body)
    {
        server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(access, null));

        (await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, Samples.RequestPath))).ShouldBe(status, body);
    }
}

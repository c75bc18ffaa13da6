using System.Net;
using Xunit;

namespace Payments.Api.Tests;

/// <summary><c>PATCH /v2/payments/{paymentId}/capture</c> (api-facts §2.2).</summary>
public sealed class V2CaptureTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Id = "770e8400-e29b-41d4-a716-446655440000";
    private const string Path = $"/v2/payments/{Id}/capture";
    private const string Allocation = "cccc1111-2222-3333-4444-555566667777";

    [Fact]
    public async Task A_capture_answers_202_with_both_amounts()
    {
        Answers(CapturePaymentOutcome.Accepted);

        var answer = await CaptureAsync("{}");

        answer.ShouldBe(
            202,
            """{"url":"https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/v2/payments/770e8400-e29b-41d4-a716-446655440000","data":{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"authorizedAmount":25000,"capturedAmount":0,"status":"CAPTURE_INITIALIZED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CAPTURE_INITIALIZED"}]}}""");
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("{}", null, null)]
    [InlineData("""{"amount":null,"paymentAllocations":[]}""", null, null)]
    [InlineData("""{"amount":1}""", 1L, null)]
    [InlineData("""{"amount":99999999}""", 99999999L, null)]
    [InlineData($$"""{"paymentAllocations":[{"id":"{{Allocation}}"}]}""", null, -1L)]
    [InlineData($$"""{"paymentAllocations":[{"id":"{{Allocation}}","amount":7}]}""", null, 7L)]
    public async Task What_is_to_be_captured_reaches_the_grain(string body, long? amount, long? ofAllocation)
    {
        Answers(CapturePaymentOutcome.Accepted);

        Assert.Equal(HttpStatusCode.Accepted, (await CaptureAsync(body)).Code);

        var call = Assert.Single(server.Grains.Calls);
        var command = Assert.IsType<CapturePayment>(call.Argument);
        Assert.Equal(new Guid(Id), call.Key);
        Assert.Equal((ApiServer.Merchant, amount, "development"), (command.MerchantId, command.AmountMinor, command.Actor));
        CaptureAllocation[] expected = ofAllocation is null ? [] : [new(new Guid(Allocation), ofAllocation < 0 ? null : ofAllocation)];
        Assert.Equal(expected, command.Allocations.AsEnumerable());
        Assert.False(string.IsNullOrEmpty(command.CommandId));
        Assert.Equal(CancellationToken.None, call.Token);
    }

    [Theory]
    [InlineData("""{"amount":0}""", "amount must be an integer from 1 to 99999999")]
    [InlineData("""{"amount":-5}""", "amount must be an integer from 1 to 99999999")]
    [InlineData("""{"amount":1.5}""", "amount must be an integer from 1 to 99999999")]
    [InlineData("""{"amount":"1"}""", "amount must be an integer from 1 to 99999999")]
    [InlineData("""{"amount":100000000}""", "amount must be an integer from 1 to 99999999")]
    [InlineData("""{"paymentAllocations":{}}""", "paymentAllocations must be an array")]
    [InlineData("""{"paymentAllocations":[1]}""", "paymentAllocations[0] must be an object")]
    [InlineData("""{"paymentAllocations":[{}]}""", "paymentAllocations[0].id is required")]
    [InlineData("""{"paymentAllocations":[{"id":"x"}]}""", "paymentAllocations[0].id must be a UUID")]
    [InlineData("""{"paymentAllocations":[{},{},{}]}""", "paymentAllocations must not have more than 2 entries")]
    [InlineData($$"""{"paymentAllocations":[{"id":"{{Allocation}}","amount":0}]}""", "paymentAllocations[0].amount must be an integer from 1 to 99999999")]
    [InlineData($$"""{"amount":1,"paymentAllocations":[{"id":"{{Allocation}}"}]}""", "amount and paymentAllocations exclude each other")]
    public async Task A_wrong_body_is_refused_and_no_grain_is_asked(string body, string detail)
    {
        server.Grains.Calls.Clear();

        (await CaptureAsync(body)).ShouldBe(400, $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");

        Assert.Empty(server.Grains.Calls);
    }

    [Theory]
    [InlineData(CapturePaymentOutcome.NotFound, null, 404, "NOT_FOUND", "paymentId not found")]
    [InlineData(CapturePaymentOutcome.NotCapturable, PaymentStatus.Completed, 422, "UNPROCESSABLE_ENTITY", "Payment cannot be captured in COMPLETED state")]
    [InlineData(CapturePaymentOutcome.NotCapturable, PaymentStatus.CancelInitialized, 422, "UNPROCESSABLE_ENTITY", "Payment cannot be captured in CANCEL_INITIALIZED state")]
    [InlineData(CapturePaymentOutcome.AmountTooLarge, PaymentStatus.Authorized, 422, "UNPROCESSABLE_ENTITY", "Capture amount exceeds the authorized amount")]
    [InlineData(CapturePaymentOutcome.UnknownAllocation, PaymentStatus.Authorized, 422, "UNPROCESSABLE_ENTITY", "Payment allocation not found, or named twice")]
    [InlineData(CapturePaymentOutcome.ProviderRefused, PaymentStatus.Authorized, 422, "PAYMENT_ERROR", "Capture processing failed")]
    public async Task Every_refusal_has_its_answer(CapturePaymentOutcome outcome, PaymentStatus? state, int status, string title, string detail)
    {
        Answers(outcome, state);

        (await CaptureAsync("{}")).ShouldBe(status, $$"""{"title":"{{title}}","status":{{status}},"detail":"{{detail}}"}""");
    }

    [Fact]
    public async Task An_id_that_is_no_uuid_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(server.V2(HttpMethod.Patch, "/v2/payments/1/capture", "{}"))).Code);

    private Task<Answer> CaptureAsync(string body) => server.SendAsync(server.V2(HttpMethod.Patch, Path, body));

    private void Answers(CapturePaymentOutcome outcome, PaymentStatus? status = null)
    {
        server.Grains.Calls.Clear();
        var payment = outcome == CapturePaymentOutcome.Accepted
            ? Samples.Payment(PaymentStatus.CaptureInitialized) with { AuthorizedAmountMinor = 25000, CapturedAmountMinor = 0 }
            : null;
        server.Grains.OnCapture = (_, _) => Task.FromResult(new CapturePaymentResult(outcome, payment, status));
    }
}

using System.Net;
using Xunit;

namespace Payments.Api.Tests;

/// <summary><c>POST /v2/refunds</c> and <c>GET /v2/refunds/{refundId}</c> (api-facts §2.7).</summary>
public sealed class V2RefundTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Payment = "770e8400-e29b-41d4-a716-446655440000";
    private const string Allocation = "cccc1111-2222-3333-4444-555566667777";
    private const string Body = $$"""{"paymentId":"{{Payment}}","merchantTransactionId":"refund-1","amount":10000,"reason":"DUPLICATE"}""";
    private static readonly Guid Id = PaymentIds.ForRefund(ApiServer.Merchant, "refund-1");

    private static readonly RefundView Refund = new(
        Id, new Guid(Payment), "refund-1", 10000, CancellationReason.Duplicate, RefundState.Initiated, null, default, default);

    [Fact]
    public async Task A_request_answers_202_and_reaches_the_refund_of_its_own_id()
    {
        Answers(RefundPaymentOutcome.Accepted);

        var answer = await server.SendAsync(server.V2(HttpMethod.Post, "/v2/refunds", Body));

        answer.ShouldBe(
            202,
            $$$"""{"url":"https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/v2/refunds/{{{Id}}}","data":{"id":"{{{Id}}}","paymentId":"{{{Payment}}}","merchantTransactionId":"refund-1","amount":10000,"reason":"DUPLICATE","status":"INITIATED"}}""");
        var call = Assert.Single(server.Grains.Calls);
        Assert.Equal(Id, call.Key);
        Assert.Equal(
            new RefundPayment(
                ApiServer.Merchant, new Guid(Payment), "refund-1", 10000, CancellationReason.Duplicate, ((RefundPayment)call.Argument).Source, "development"),
            call.Argument);
        Assert.Equal(CancellationToken.None, call.Token);
    }

    [Fact]
    public async Task Amount_and_reason_may_be_left_out()
    {
        Answers(RefundPaymentOutcome.Accepted);

        var answer = await server.SendAsync(server.V2(HttpMethod.Post, "/v2/refunds", $$"""{"paymentId":"{{Payment}}","merchantTransactionId":"refund-1"}"""));

        Assert.Equal(HttpStatusCode.Accepted, answer.Code);
        var command = Assert.IsType<RefundPayment>(Assert.Single(server.Grains.Calls).Argument);
        Assert.Equal((null, CancellationReason.RequestedByCustomer), (command.AmountMinor, command.Reason));
    }

    [Fact]
    public async Task Allocations_can_be_named_with_and_without_amounts()
    {
        Answers(RefundPaymentOutcome.Accepted);

        var answer = await server.SendAsync(server.V2(
            HttpMethod.Post, "/v2/refunds",
            $$$"""{"paymentId":"{{{Payment}}}","merchantTransactionId":"r","refundAllocations":[{"id":"{{{Allocation}}}","amount":7},{"id":"{{{Payment}}}"}]}"""));

        Assert.Equal(HttpStatusCode.Accepted, answer.Code);
        var command = Assert.IsType<RefundPayment>(Assert.Single(server.Grains.Calls).Argument);
        Assert.Null(command.AmountMinor);
        Assert.Equal([new RefundAllocation(new Guid(Allocation), 7), new RefundAllocation(new Guid(Payment), null)], command.Allocations.AsEnumerable());
    }

    [Fact]
    public async Task The_parts_of_a_split_tenders_refund_are_shown()
    {
        server.Grains.OnGetRefund = (_, _) => Task.FromResult<RefundView?>(Refund with
        {
            Status = RefundState.Failed,
            Failure = "declined",
            Allocations =
            [
                new RefundAllocationView(new Guid(Allocation), 6000, RefundState.Completed, null),
                new RefundAllocationView(new Guid(Payment), 4000, RefundState.Failed, "declined"),
            ],
        });

        var answer = await server.SendAsync(server.V2(HttpMethod.Get, $"/v2/refunds/{Id}"));

        answer.ShouldBe(
            200,
            $$$"""{"data":{"id":"{{{Id}}}","paymentId":"{{{Payment}}}","merchantTransactionId":"refund-1","amount":10000,"reason":"DUPLICATE","status":"FAILED","error":"declined","refundAllocations":[{"id":"{{{Allocation}}}","amount":6000,"status":"COMPLETED"},{"id":"{{{Payment}}}","amount":4000,"status":"FAILED","error":"declined"}]}}""");
    }

    [Theory]
    [InlineData("{}", "paymentId is required")]
    [InlineData($$$"""{"paymentId":"{{{Payment}}}","merchantTransactionId":"r","refundAllocations":{}}""", "refundAllocations must be an array")]
    [InlineData($$$"""{"paymentId":"{{{Payment}}}","merchantTransactionId":"r","refundAllocations":[{}]}""", "refundAllocations[0].id is required")]
    [InlineData($$$"""{"paymentId":"{{{Payment}}}","merchantTransactionId":"r","refundAllocations":[{"id":"{{{Allocation}}}","amount":0}]}""", "refundAllocations[0].amount must be an integer from 1 to 99999999")]
    [InlineData($$$"""{"paymentId":"{{{Payment}}}","merchantTransactionId":"r","amount":1,"refundAllocations":[{"id":"{{{Allocation}}}"}]}""", "amount and refundAllocations exclude each other")]

    [InlineData("""{"paymentId":"x","merchantTransactionId":"r"}""", "paymentId must be a UUID")]
    [InlineData($$"""{"paymentId":"{{Payment}}"}""", "merchantTransactionId is required")]
    [InlineData($$"""{"paymentId":"{{Payment}}","merchantTransactionId":"123456789012345678901234567890123456789012345678901"}""", "merchantTransactionId must not be longer than 50 characters")]
    [InlineData($$"""{"paymentId":"{{Payment}}","merchantTransactionId":"r","amount":0}""", "amount must be an integer from 1 to 99999999")]
    [InlineData($$"""{"paymentId":"{{Payment}}","merchantTransactionId":"r","amount":"7"}""", "amount must be an integer from 1 to 99999999")]
    [InlineData($$"""{"paymentId":"{{Payment}}","merchantTransactionId":"r","reason":"duplicate"}""", "Invalid enum value")]
    public async Task A_wrong_body_is_refused_and_no_grain_is_asked(string body, string detail)
    {
        server.Grains.Calls.Clear();

        (await server.SendAsync(server.V2(HttpMethod.Post, "/v2/refunds", body)))
            .ShouldBe(400, $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");

        Assert.Empty(server.Grains.Calls);
    }

    [Theory]
    [InlineData(RefundPaymentOutcome.NotFound, null, 404, "NOT_FOUND", "paymentId not found")]
    [InlineData(RefundPaymentOutcome.NotRefundable, PaymentStatus.Authorized, 422, "UNPROCESSABLE_ENTITY", "Payment cannot be refunded in AUTHORIZED state")]
    [InlineData(RefundPaymentOutcome.NotRefundable, PaymentStatus.Cancelled, 422, "UNPROCESSABLE_ENTITY", "Payment cannot be refunded in CANCELLED state")]
    [InlineData(RefundPaymentOutcome.AmountTooLarge, PaymentStatus.Completed, 422, "UNPROCESSABLE_ENTITY", "Refund amount exceeds the amount that can be refunded")]
    [InlineData(RefundPaymentOutcome.UnknownAllocation, PaymentStatus.Completed, 422, "UNPROCESSABLE_ENTITY", "Payment allocation not found, or named twice")]
    [InlineData(RefundPaymentOutcome.TransactionIdUsed, null, 422, "UNPROCESSABLE_ENTITY", "merchantTransactionId was already used for another refund")]
    public async Task Every_refusal_has_its_answer(RefundPaymentOutcome outcome, PaymentStatus? state, int status, string title, string detail)
    {
        Answers(outcome, state);

        (await server.SendAsync(server.V2(HttpMethod.Post, "/v2/refunds", Body)))
            .ShouldBe(status, $$"""{"title":"{{title}}","status":{{status}},"detail":"{{detail}}"}""");
    }

    [Fact]
    public async Task A_refund_is_read_as_it_is()
    {
        server.Grains.Calls.Clear();
        server.Grains.OnGetRefund = (_, _) => Task.FromResult<RefundView?>(Refund with { Status = RefundState.Failed, Failure = "insufficient_funds" });

        var answer = await server.SendAsync(server.V2(HttpMethod.Get, $"/v2/refunds/{Id}"));

        answer.ShouldBe(
            200,
            $$$"""{"data":{"id":"{{{Id}}}","paymentId":"{{{Payment}}}","merchantTransactionId":"refund-1","amount":10000,"reason":"DUPLICATE","status":"FAILED","error":"insufficient_funds"}}""");
        var call = Assert.Single(server.Grains.Calls);
        Assert.Equal((Id, ApiServer.Merchant), ((Guid)call.Key, (Guid)call.Argument));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("dddd1111-2222-4333-8444-555566667777")]
    public async Task A_refund_that_there_is_not_is_not_found(string id)
    {
        server.Grains.OnGetRefund = (_, _) => Task.FromResult<RefundView?>(null);

        (await server.SendAsync(server.V2(HttpMethod.Get, $"/v2/refunds/{id}")))
            .ShouldBe(404, """{"title":"NOT_FOUND","status":404,"detail":"refundId not found"}""");
    }

    private void Answers(RefundPaymentOutcome outcome, PaymentStatus? status = null)
    {
        server.Grains.Calls.Clear();
        server.Grains.OnRefund = (_, _) =>
            Task.FromResult(new RefundPaymentResult(outcome, outcome == RefundPaymentOutcome.Accepted ? Refund : null, status));
    }
}

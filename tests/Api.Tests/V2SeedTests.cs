using Xunit;

namespace Payments.Api.Tests;

/// <summary>Every request, answer and error row of the seed "Cancel Payment Flow", letter by letter.</summary>
public sealed class V2SeedTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Initialized =
        """{"url":"https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/v2/payments/770e8400-e29b-41d4-a716-446655440000","data":{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"status":"CANCEL_INITIALIZED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCEL_INITIALIZED"}]}}""";

    [Fact]
    public async Task A_cancel_answers_202_with_the_seed_s_body()
    {
        server.Grains.OnCancel = (_, _) =>
            Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.Accepted, Samples.Payment(PaymentStatus.CancelInitialized), PaymentStatus.Authorized));
        server.Grains.Calls.Clear();

        var answer = await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody));

        answer.ShouldBe(202, Initialized);
        var call = Assert.Single(server.Grains.Calls);
        Assert.Equal(Samples.PaymentId, call.Key);
        var command = Assert.IsType<CancelPayment>(call.Argument);
        Assert.Equal(
            new CancelPayment(
                ApiServer.Merchant,
                CancellationReason.RequestedByCustomer,
                "Customer changed their mind before shipment",
                "development",
                command.CommandId),
            command);
        Assert.Equal(CancellationToken.None, call.Token);
    }

    /// <summary>Else the second of two cancels would be answered 202 as if it were the first one, repeated.</summary>
    [Fact]
    public async Task Two_cancels_are_two_commands()
    {
        server.Grains.OnCancel = (_, _) =>
            Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.Accepted, Samples.Payment(PaymentStatus.CancelInitialized), PaymentStatus.Authorized));
        server.Grains.Calls.Clear();

        await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody));
        await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody));

        var ids = server.Grains.Calls.Select(static call => Assert.IsType<CancelPayment>(call.Argument).CommandId).ToList();
        Assert.Equal(2, ids.Distinct().Count());
        Assert.DoesNotContain(null, ids);
    }

    [Fact]
    public async Task A_get_after_cancellation_spells_the_payment_with_two_l_and_the_allocation_with_one()
    {
        server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(PaymentStatus.Cancelled));
        server.Grains.Calls.Clear();

        var answer = await server.SendAsync(server.V2(HttpMethod.Get, Samples.PaymentPath));

        answer.ShouldBe(200,
            """{"data":{"id":"770e8400-e29b-41d4-a716-446655440000","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCELED"}]}}""");
        var call = Assert.Single(server.Grains.Calls);
        Assert.Equal((Samples.PaymentId, (object)ApiServer.Merchant), (call.Key, call.Argument));
    }

    [Theory]
    [InlineData(PaymentStatus.Completed, "Payment cannot be cancelled in COMPLETED state")]
    [InlineData(PaymentStatus.Failed, "Payment already failed")]
    [InlineData(PaymentStatus.Cancelled, "Payment already cancelled")]
    [InlineData(PaymentStatus.Processing, "Payment cannot be cancelled in PROCESSING state")]
    [InlineData(PaymentStatus.CaptureInitialized, "Payment cannot be cancelled in CAPTURE_INITIALIZED state")]
    public async Task A_state_that_forbids_the_cancel_answers_422(PaymentStatus status, string detail)
    {
        server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.NotCancellable, null, status));

        var answer = await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody));

        answer.ShouldBe(422, $$"""{"title":"UNPROCESSABLE_ENTITY","status":422,"detail":"{{detail}}"}""");
    }

    [Fact]
    public async Task An_unknown_payment_answers_404_to_a_cancel_and_to_a_get()
    {
        const string NotFound = """{"title":"NOT_FOUND","status":404,"detail":"paymentId not found"}""";
        server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.NotFound, null, null));
        server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(null);

        (await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody))).ShouldBe(404, NotFound);
        (await server.SendAsync(server.V2(HttpMethod.Get, Samples.PaymentPath))).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task A_void_that_the_provider_refuses_answers_422_payment_error()
    {
        server.Grains.OnCancel = (_, _) =>
            Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, PaymentStatus.Authorized));

        var answer = await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody));

        answer.ShouldBe(422, """{"title":"PAYMENT_ERROR","status":422,"detail":"Cancellation processing failed"}""");
    }

    [Theory]
    [InlineData("DUPLICATE", CancellationReason.Duplicate)]
    [InlineData("FRAUDULENT", CancellationReason.Fraudulent)]
    [InlineData("REQUESTED_BY_CUSTOMER", CancellationReason.RequestedByCustomer)]
    [InlineData("ABANDONED", CancellationReason.Abandoned)]
    public async Task Each_of_the_four_reasons_is_understood(string wire, CancellationReason reason)
    {
        server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.NotFound, null, null));
        server.Grains.Calls.Clear();

        await server.SendAsync(server.V2(HttpMethod.Patch, Samples.CancelPath, $$"""{"paymentCancellationReason":"{{wire}}"}"""));

        var command = Assert.IsType<CancelPayment>(Assert.Single(server.Grains.Calls).Argument);
        Assert.Equal(reason, command.Reason);
        Assert.Null(command.Message);
    }

    [Theory]
    [InlineData(PaymentStatus.Initiated, "INITIATED", "INITIATED")]
    [InlineData(PaymentStatus.Pending, "PENDING", "PENDING")]
    [InlineData(PaymentStatus.Processing, "PROCESSING", "PROCESSING")]
    [InlineData(PaymentStatus.AuthRequired, "AUTH_REQUIRED", "AUTH_REQUIRED")]
    [InlineData(PaymentStatus.Authorized, "AUTHORIZED", "AUTHORIZED")]
    [InlineData(PaymentStatus.Accepted, "ACCEPTED", "ACCEPTED")]
    [InlineData(PaymentStatus.CaptureInitialized, "CAPTURE_INITIALIZED", "CAPTURE_INITIALIZED")]
    [InlineData(PaymentStatus.Completed, "COMPLETED", "COMPLETED")]
    [InlineData(PaymentStatus.Failed, "FAILED", "FAILED")]
    [InlineData(PaymentStatus.CancelInitialized, "CANCEL_INITIALIZED", "CANCEL_INITIALIZED")]
    [InlineData(PaymentStatus.Cancelled, "CANCELLED", "CANCELED")]
    [InlineData(PaymentStatus.CancelFailed, "CANCEL_FAILED", "CANCEL_FAILED")]
    public async Task Every_state_has_its_spelling(PaymentStatus status, string payment, string allocation)
    {
        server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(status));

        var answer = await server.SendAsync(server.V2(HttpMethod.Get, Samples.PaymentPath));

        answer.ShouldBe(200,
            $$$"""{"data":{"id":"770e8400-e29b-41d4-a716-446655440000","amount":25000,"status":"{{{payment}}}","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"{{{allocation}}}"}]}}""");
    }

    [Fact]
    public async Task The_cards_of_a_split_tender_say_what_became_of_them()
    {
        var payment = Samples.Payment(PaymentStatus.Failed);
        server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(payment with
        {
            Allocations =
            [
                payment.Allocations[0] with
                {
                    AmountMinor = 15000,
                    Status = AllocationStatus.RolledBack,
                    Remediation = new RemediationView(RemediationAction.Cancel, RemediationStatus.Completed),
                },
                new AllocationView(payment.Id, 10000, AllocationStatus.Failed, "card_declined"),
            ],
        });

        var answer = await server.SendAsync(server.V2(HttpMethod.Get, Samples.PaymentPath));

        answer.ShouldBe(200,
            """{"data":{"id":"770e8400-e29b-41d4-a716-446655440000","amount":25000,"status":"FAILED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":15000,"status":"ROLLED_BACK","remediation":{"action":"CANCEL","status":"COMPLETED"}},{"id":"770e8400-e29b-41d4-a716-446655440000","amount":10000,"status":"FAILED","error":"card_declined"}]}}""");
    }

    [Fact]
    public void Every_state_is_in_the_table_above() => Assert.Equal(12, Enum.GetValues<PaymentStatus>().Length);
}

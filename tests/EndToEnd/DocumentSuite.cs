using System.Text.Json;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>The flows of both contracts, driven by nothing but the OpenAPI documents that the API serves.</summary>
public abstract class DocumentSuite(Deployment deployment)
{
    private const int RestTriesMax = 20;

    [DatabaseFact]
    public async Task A_client_of_the_v2_document_creates_cancels_and_reads_a_payment()
    {
        var client = await DocumentClient.LoadAsync(deployment, "payments-v2", new Dictionary<string, string>
        {
            ["bearer"] = Bearer.Create(deployment.SigningKey, Merchant.First.Id), ["merchant"] = $"{Merchant.First.Id}",
        });
        var transaction = $"order-{Guid.NewGuid():N}";
        var created = await CreateAsync();
        Assert.Equal((202, "INITIATED"), (created.Status, Data(created.Body, "status")));
        var id = new Dictionary<string, string> { ["paymentId"] = Data(created.Body, "id") };
        for (var tries = 0; tries < RestTriesMax && Data(created.Body, "status") == "INITIATED"; tries++)
            created = await CreateAsync();
        Assert.Equal("AUTHORIZED", Data(created.Body, "status"));

        var cancelled = await client.CallAsync("CancelPayment", id);
        Assert.Equal((202, "CANCEL_INITIALIZED"), (cancelled.Status, Data(cancelled.Body, "status")));
        await deployment.Sandbox.WaitForWebhooksAsync(new Payment(Merchant.First, transaction, 25000));
        var read = await client.CallAsync("GetPayment", id);
        Assert.Equal((200, "CANCELLED"), (read.Status, Data(read.Body, "status")));
        var listed = await client.CallAsync("ListPayments", new Dictionary<string, string> { ["merchantTransactionId"] = transaction, ["status"] = "CANCELLED" });
        Assert.Equal(id["paymentId"], listed.Body.GetProperty("data")[0].GetProperty("id").GetString());

        Assert.Equal(422, (await client.CallAsync("CancelPayment", id)).Status);
        Assert.Equal(404, (await client.CallAsync("GetPayment", new Dictionary<string, string> { ["paymentId"] = $"{Guid.NewGuid()}" })).Status);
        Assert.Equal(400, (await client.CallAsync("ListPayments", new Dictionary<string, string> { ["cursor"] = "not-one" })).Status);

        Task<(int Status, JsonElement Body)> CreateAsync() =>
            client.CallAsync("CreatePayment", change: body => body["merchantTransactionId"] = transaction);
    }

    [DatabaseFact]
    public async Task A_client_of_the_payhub_document_creates_cancels_and_reads_a_request()
    {
        var client = await DocumentClient.LoadAsync(deployment, "payhub", new Dictionary<string, string> { ["apiKey"] = "payhub-demo-key-1" });
        var created = await client.CallAsync("CreatePaymentRequest");
        Assert.Equal((200, "submitted"), (created.Status, created.Body.GetProperty("Status").GetString()));
        var id = new Dictionary<string, string> { ["paymentRequestId"] = created.Body.GetProperty("PaymentRequestId").GetRawText() };

        var cancelled = await client.CallAsync("CancelPaymentRequest", id);
        Assert.Equal((200, "{}"), (cancelled.Status, cancelled.Body.GetRawText()));
        var read = await client.CallAsync("GetPaymentRequest", id);
        Assert.Equal((200, "canceled"), (read.Status, read.Body.GetProperty("Status").GetString()));
        Assert.Equal(200, (await client.CallAsync("ListPaymentRequests", new Dictionary<string, string> { ["Status"] = "canceled", ["Limit"] = "1" })).Status);
        Assert.Equal(409, (await client.CallAsync("CancelPaymentRequest", id)).Status);
        Assert.Equal(404, (await client.CallAsync("GetPaymentRequest", new Dictionary<string, string> { ["paymentRequestId"] = "9000000123" })).Status);
    }

    [DatabaseFact]
    public async Task A_client_of_the_v2_document_captures_refunds_and_splits()
    {
        var merchant = Merchant.Curious;
        var client = await DocumentClient.LoadAsync(deployment, "payments-v2", new Dictionary<string, string>
        {
            ["bearer"] = Bearer.Create(deployment.SigningKey, merchant.Id), ["merchant"] = $"{merchant.Id}",
        });
        var held = await CreateAsync([(25000, merchant.Card)], authorize: true);
        await deployment.Sandbox.WaitForWebhooksAsync(held);
        var capture = await client.CallAsync("CapturePayment", Id(held), static body => (body["amount"], body["paymentAllocations"]) = (10000, null));
        Assert.Equal((202, "CAPTURE_INITIALIZED"), (capture.Status, Data(capture.Body, "status")));
        await deployment.Sandbox.WaitForWebhooksAsync(held, 2);
        var captured = await client.CallAsync("GetPayment", Id(held));
        Assert.Equal(("COMPLETED", 10000), (Data(captured.Body, "status"), captured.Body.GetProperty("data").GetProperty("capturedAmount").GetInt64()));
        Assert.Equal(422, (await client.CallAsync("CapturePayment", Id(held), static body => (body["amount"], body["paymentAllocations"]) = (1, null))).Status);

        var sale = await CreateAsync([(15000, merchant.Card), (10000, merchant.SecondCard)], authorize: false);
        await deployment.Sandbox.WaitForWebhooksAsync(sale);
        Assert.Equal("COMPLETED", Data((await client.CallAsync("GetPayment", Id(sale))).Body, "status"));
        var declined = await CreateAsync([(15000, merchant.Card), (10000, merchant.BadCard)], authorize: false);
        await deployment.Sandbox.WaitForWebhooksAsync(declined);
        var failed = (await client.CallAsync("GetPayment", Id(declined))).Body.GetProperty("data").GetProperty("paymentAllocations");
        Assert.Equal(("ROLLED_BACK", "FAILED"), (failed[0].GetProperty("status").GetString(), failed[1].GetProperty("status").GetString()));

        foreach (var (payment, amount) in ((Payment, long)[])[(held, 4000), (sale, 20000)])
        {
            var refund = await client.CallAsync("CreateRefund", change: body => (body["paymentId"], body["merchantTransactionId"], body["amount"], body["refundAllocations"]) =
                ($"{payment.Id}", payment.TransactionId, amount, null));
            Assert.Equal(202, refund.Status);
            var id = Data(refund.Body, "id");
            await deployment.Sandbox.WaitForRefundWebhookAsync(Guid.Parse(id));
            var read = await client.CallAsync("GetRefund", new Dictionary<string, string> { ["refundId"] = id });
            Assert.Equal(("COMPLETED", amount), (Data(read.Body, "status"), read.Body.GetProperty("data").GetProperty("amount").GetInt64()));
        }

        static Dictionary<string, string> Id(Payment payment) => new() { ["paymentId"] = $"{payment.Id}" };

        async Task<Payment> CreateAsync((long Amount, Guid Card)[] cards, bool authorize)
        {
            var payment = new Payment(merchant, $"order-{Guid.NewGuid():N}", 25000);
            var created = await client.CallAsync("CreatePayment", change: body =>
            {
                (body["merchantTransactionId"], body["authorizeCard"], body["consent"]) = (payment.TransactionId, authorize, null);
                body["paymentAllocations"] = JsonSerializer.SerializeToNode(cards.Select(static card => new { amount = card.Amount, paymentMethodId = card.Card }));
            });
            Assert.Equal((202, $"{payment.Id}"), (created.Status, Data(created.Body, "id")));
            return payment;
        }
    }

    [DatabaseFact]
    public async Task A_client_of_the_payhub_document_refunds_what_was_paid()
    {
        var client = await DocumentClient.LoadAsync(deployment, "payhub", new Dictionary<string, string> { ["apiKey"] = "payhub-demo-key-1" });
        var created = await client.CallAsync("CreatePaymentRequest");
        var request = PayhubClient.Created(created.Body);
        var id = new Dictionary<string, string> { ["paymentRequestId"] = $"{request.Id}", ["paymentId"] = $"{request.Id}" };
        await deployment.Sandbox.MoveKlarnaAsync(request, "complete");

        // A cancel that comes too late makes the service see that it is paid.
        Assert.Equal(409, (await client.CallAsync("CancelPaymentRequest", id)).Status);
        var read = await client.CallAsync("GetPaymentRequest", id);
        Assert.Equal((200, "completed"), (read.Status, read.Body.GetProperty("Status").GetString()));
        var refund = await client.CallAsync("RefundPayment", id, static body => body["Amount"] = 10.5);
        Assert.Equal((200, "Succeeded"), (refund.Status, refund.Body.GetProperty("Status").GetString()));
        Assert.Equal([1050L], await deployment.Sandbox.KlarnaRefundsAsync(request));
        Assert.Equal(409, (await client.CallAsync("RefundPayment", id, static body => body["Amount"] = 1000)).Status);
    }

    private static string Data(JsonElement body, string name) => body.GetProperty("data").GetProperty(name).GetString()!;
}

/// <summary>See <see cref="DocumentSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class DocumentsOnSqlite(SqliteDeployment deployment) : DocumentSuite(deployment);

/// <summary>See <see cref="DocumentSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class DocumentsOnPostgres(PostgresDeployment deployment) : DocumentSuite(deployment);

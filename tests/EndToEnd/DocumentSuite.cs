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

    private static string Data(JsonElement body, string name) => body.GetProperty("data").GetProperty(name).GetString()!;
}

/// <summary>See <see cref="DocumentSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class DocumentsOnSqlite(SqliteDeployment deployment) : DocumentSuite(deployment);

/// <summary>See <see cref="DocumentSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class DocumentsOnPostgres(PostgresDeployment deployment) : DocumentSuite(deployment);

using System.Text.Json;

namespace Payments.Demo;

/// <summary>What a merchant remembers of a payment: everything that the contract's bodies are built from.</summary>
/// <param name="Url">Where it can be asked for.</param>
/// <param name="Id">The payment's id.</param>
/// <param name="TransactionId">The merchant's own id.</param>
/// <param name="AmountCents">Amount in cents.</param>
/// <param name="AllocationId">The id of its one allocation.</param>
internal sealed record Payment(string Url, Guid Id, string TransactionId, long AmountCents, Guid AllocationId)
{
    /// <summary>Path of a GET.</summary>
    public string Path => $"/v2/payments/{Id}";

    /// <summary>Takes the ids from the answer to a create, and nothing else: the rest is what the merchant sent.</summary>
    /// <exception cref="DemoException">The answer has no such ids.</exception>
    public static Payment Of(Answer created, string root, string transactionId, long amountCents)
    {
        try
        {
            using var document = JsonDocument.Parse(created.Body);
            var data = document.RootElement.GetProperty("data");
            var id = data.GetProperty("id").GetGuid();
            return new Payment($"{root}/v2/payments/{id}", id, transactionId, amountCents, data.GetProperty("paymentAllocations")[0].GetProperty("id").GetGuid());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new DemoException($"The answer to a create names no payment: {created.Status} {created.Body}");
        }
    }

    /// <summary>The 202 of a create and of a cancel (seed, "API Response").</summary>
    public string Accepted(string status) =>
        $$$"""{"url":"{{{Url}}}","data":{{{Named(status)}}}}""";

    /// <summary>The 200 of a GET (seed, "GET — After Cancellation"): without the merchant's own id.</summary>
    public string Found(string status) =>
        $$$"""{"data":{"id":"{{{Id}}}","amount":{{{AmountCents}}},{{{Held(status)}}}"status":"{{{status}}}","paymentAllocations":{{{Allocations(status)}}}}}""";

    /// <summary>The 200 of a GET once a pre-authorization was captured (api-facts §2.2).</summary>
    public string Captured(long capturedCents) =>
        $$$"""{"data":{"id":"{{{Id}}}","amount":{{{AmountCents}}},"authorizedAmount":{{{AmountCents}}},"capturedAmount":{{{capturedCents}}},"status":"COMPLETED","paymentAllocations":{{{Allocations("COMPLETED")}}}}}""";

    /// <summary>The webhook (seed, "Webhook — PAYMENT_CANCELLED").</summary>
    public string Webhook(string source) =>
        $$$"""{"name":"PAYMENT_CANCELLED","source":"{{{source}}}","payload":{{{Named("CANCELLED")}}}}""";

    /// <summary>An error of the contract (seed, "Error Scenarios").</summary>
    public static string Problem(string title, int status, string detail) =>
        $$$"""{"title":"{{{title}}}","status":{{{status}}},"detail":"{{{detail}}}"}""";

    private string Named(string status) =>
        $$$"""{"id":"{{{Id}}}","merchantTransactionId":"{{{TransactionId}}}","amount":{{{AmountCents}}},{{{Held(status)}}}"status":"{{{status}}}","paymentAllocations":{{{Allocations(status)}}}}""";

    // What is held, and not yet taken, of a pre-authorization.
    private string Held(string status) => status == "AUTHORIZED" ? $"\"authorizedAmount\":{AmountCents},\"capturedAmount\":0," : "";

    // The seed spells a cancelled payment with two L and its allocation with one.
    private string Allocations(string status)
    {
        var ofAllocation = status == "CANCELLED" ? "CANCELED" : status;
        return $$$"""[{"id":"{{{AllocationId}}}","amount":{{{AmountCents}}},"status":"{{{ofAllocation}}}"}]""";
    }
}

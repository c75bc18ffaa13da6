namespace Payments.EndToEnd.Harness;

/// <summary>A payment that a test has created, and the contract's bodies about it, word for word as the seed has them.</summary>
/// <param name="Merchant">Whose it is.</param>
/// <param name="TransactionId">The merchant's id for it; also in its metadata, where a fault can name it before the payment exists.</param>
/// <param name="Amount">In cents.</param>
public sealed record Payment(Merchant Merchant, string TransactionId, long Amount)
{
    /// <summary>What the deployment is told to put before its paths: the seed's base URL.</summary>
    public const string PublicBaseUrl = "https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout";

    /// <summary>The id that the service derives for it.</summary>
    public Guid Id => PaymentIds.ForTransaction(Merchant.Id, TransactionId);

    /// <summary>The id of its one allocation.</summary>
    public Guid AllocationId => PaymentIds.ForAllocation(Id, 0);

    /// <summary>The body of a 202.</summary>
    public string Accepted(string status) =>
        $$"""{"url":"{{PublicBaseUrl}}/v2/payments/{{Id}}","data":{{WithTransaction(status)}}}""";

    /// <summary>The body of a GET.</summary>
    /// <param name="status">The payment's state.</param>
    /// <param name="captured">What was taken of a pre-authorization, or null.</param>
    public string Found(string status, long? captured = null) =>
        $$$"""{"data":{"id":"{{{Id}}}","amount":{{{Amount}}},{{{Held(status, captured)}}}"status":"{{{status}}}","paymentAllocations":[{{{Allocation(status)}}}]}}""";

    /// <summary>The body of the webhook that announces another state, for a create that came with <c>X-Source: merchant-portal</c>.</summary>
    public string Announcement(string name, string status, long? captured = null) =>
        $$"""{"name":"{{name}}","source":"merchant-portal","payload":{{WithTransaction(status, captured)}}}""";

    /// <summary>The body of the webhook, for a create that came with <c>X-Source: merchant-portal</c>.</summary>
    public string Webhook => $$"""{"name":"PAYMENT_CANCELLED","source":"merchant-portal","payload":{{WithTransaction("CANCELLED")}}}""";

    /// <summary>An error body of the v2 contract.</summary>
    public static string Problem(string title, int status, string detail) => $$"""{"title":"{{title}}","status":{{status}},"detail":"{{detail}}"}""";

    /// <summary>The body of a 422 that names the state.</summary>
    public static string NotCancellable(string detail) => Problem("UNPROCESSABLE_ENTITY", 422, detail);

    private string WithTransaction(string status, long? captured = null) =>
        $$"""{"id":"{{Id}}","merchantTransactionId":"{{TransactionId}}","amount":{{Amount}},{{Held(status, captured)}}"status":"{{status}}","paymentAllocations":[{{Allocation(status)}}]}""";

    // A pre-authorization shows its amounts from the hold to the capture.
    private string Held(string status, long? captured) => status is "AUTHORIZED" or "CAPTURE_INITIALIZED" || captured is not null
        ? $"\"authorizedAmount\":{Amount},\"capturedAmount\":{captured ?? 0},"
        : "";

    // Two L for the payment, one for its allocation: both are the seed's.
    private string Allocation(string status) =>
        $$"""{"id":"{{AllocationId}}","amount":{{Amount}},"status":"{{(status == "CANCELLED" ? "CANCELED" : status)}}"}""";
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary>The v2 contract's document.</summary>
internal sealed class PaymentsDescription : ContractDescription
{
    public override IMerchantContract Contract { get; } = new PaymentsContract();

    public override string DocumentName => "payments-v2";

    public override string Title => "Payments v2";

    public override string About =>
        "Payments on Stripe: create, capture, cancel, refund, read. Amounts are integer cents. A payment is CANCELLED with two L, its allocation CANCELED with one.";

    public override JsonSerializerContext Json => PaymentJson.Wire;

    public override JsonObject SecuritySchemes => new()
    {
        ["bearer"] = new JsonObject
        {
            ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT",
            ["description"] = "OAuth2 client credentials; the token names the merchants that it may act for.",
        },
        ["merchant"] = new JsonObject
        {
            ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-Merchant-Id",
            ["description"] = "The merchant that the request acts for, a UUID.",
        },
    };

    public override IEnumerable<JsonObject> Headers =>
    [
        Header(
            "X-Upstream-Env", isRequired: true, "Required outside production, ignored there.",
            new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. MerchantRefusals.UpstreamEnvs.Select(static env => (JsonNode)env)]) }),
        Header(
            "X-Source", isRequired: false, "Where the request comes from; echoed in webhooks.",
            new JsonObject { ["type"] = "string", ["maxLength"] = MerchantRefusals.SourceLengthMax }),
    ];

    public override IReadOnlyList<string> SpellingOf(Type source)
    {
        if (source == typeof(PaymentStatus))
            return WireNames.Statuses;
        if (source == typeof(AllocationStatus))
            return WireNames.AllocationStatuses;
        if (source == typeof(RefundState))
            return WireNames.RefundStates;
        if (source == typeof(RemediationAction))
            return [.. Enum.GetValues<RemediationAction>().Select(static action => action.ToWire())];
        if (source == typeof(RemediationStatus))
            return [.. Enum.GetValues<RemediationStatus>().Select(static status => status.ToWire())];
        return source == typeof(CancellationReason)
            ? WireNames.Reasons
            : throw new ArgumentOutOfRangeException(nameof(source), source, "The v2 contract has no spelling of it.");
    }

    public override JsonObject PathParameter(string name) =>
        new()
        {
            ["type"] = "string",
            ["format"] = "uuid",
            ["example"] = $"{(name == "refundId" ? PaymentExamples.Refund.Id : PaymentExamples.PaymentId)}",
        };
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary>The Payhub contract's document.</summary>
internal sealed class PayhubDescription : ContractDescription
{
    public override IMerchantContract Contract { get; } = new PayhubContract();

    public override string DocumentName => "payhub";

    public override string Title => "Payhub v1";

    public override string About => "Payment requests on Klarna: create, read, cancel, and refund once they are paid. Amounts are decimals in major units.";

    public override JsonSerializerContext Json => PayhubJson.Wire;

    public override JsonObject SecuritySchemes => new()
    {
        ["apiKey"] = new JsonObject
        {
            ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-Api-Key", ["description"] = "The merchant's key.",
        },
    };

    public override IReadOnlyList<string> SpellingOf(Type source) => source == typeof(PaymentRequestStatus) ? PaymentRequestReplies.Statuses
        : source == typeof(PayhubRefundStatus) ? Enum.GetNames<PayhubRefundStatus>()
        : throw new ArgumentOutOfRangeException(nameof(source), source, "Payhub has no spelling of it.");

    public override JsonObject PathParameter(string name) =>
        new() { ["type"] = "integer", ["format"] = "int64", ["minimum"] = 1, ["example"] = PaymentRequestExamples.Id };
}

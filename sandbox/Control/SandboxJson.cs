using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>Body of <c>PUT /control/merchants/{id}</c>.</summary>
internal sealed record MerchantOrder(string? Secret);

/// <summary>Answer of <c>PUT</c> and <c>GET /control/merchants/{id}</c>.</summary>
internal sealed record MerchantView(string Merchant, bool HasSecret);

/// <summary>Body of <c>PUT /control/stripe/webhook_endpoints</c>.</summary>
internal sealed record StripeEndpointOrder(string Url, IReadOnlyList<string> Secrets, double? RetrySeconds = null);

/// <summary>Body of <c>PUT /control/klarna/webhook_endpoints</c>.</summary>
internal sealed record KlarnaEndpointOrder(string Url, string KeyId, string Secret, double? RetrySeconds = null);

/// <summary>Answer of the two, and of GET and DELETE.</summary>
internal sealed record EndpointsView(IReadOnlyList<string> Urls);

/// <summary>Answer of <c>GET /ledger/events</c>; complete says whether a wait got as many as it asked for.</summary>
internal sealed record EventsPage(int Count, IReadOnlyList<EventDelivery> Events, bool? Complete = null);

/// <summary>Answer of the control API when something is wrong.</summary>
internal sealed record ControlError(string Error);

/// <summary>Answer of <c>DELETE /control/faults</c>.</summary>
internal sealed record ClearedFaults(int Cleared);

/// <summary>Answer of <c>GET /ledger/operations</c>.</summary>
internal sealed record OperationsPage(int Count, IReadOnlyList<LedgerOperation> Operations, bool? Complete = null);

/// <summary>Answer of <c>GET /ledger/webhooks</c>; complete says whether a wait got as many as it asked for.</summary>
internal sealed record WebhooksPage(int Count, IReadOnlyList<WebhookDelivery> Webhooks, bool? Complete = null);

/// <summary>Answer of <c>GET /ledger/summary</c>.</summary>
internal sealed record LedgerSummary(
    IReadOnlyDictionary<string, long> Operations, int Webhooks, int WebhooksAccepted,
    long Requests, long Refusals, long Replays, long Faults);

/// <summary>Answer of <c>GET /ledger/calls/summary</c>.</summary>
internal sealed record CallsSummary(IReadOnlyDictionary<string, CallCount> Calls);

/// <summary>Answer of <c>GET /ledger/calls/wait</c>; complete says whether the numbers were reached.</summary>
internal sealed record CallsWait(CallCount Count, bool Complete);

/// <summary>Answer of <c>GET /ledger/payment_intents/{id}</c>, an item of <c>GET /ledger/by-metadata</c>.</summary>
internal sealed record IntentHistory(
    IntentRecord PaymentIntent, IReadOnlyList<RefundRecord> Refunds, IReadOnlyList<LedgerOperation> Operations);

/// <summary>Answer of <c>GET /ledger/by-metadata</c>.</summary>
internal sealed record IntentHistories(IReadOnlyList<IntentHistory> PaymentIntents);

/// <summary>Answer of <c>GET /ledger/klarna/{id}</c>.</summary>
internal sealed record KlarnaHistory(
    KlarnaRecord PaymentRequest, IReadOnlyList<LedgerOperation> Operations, IReadOnlyList<KlarnaRefund>? Refunds = null);

/// <summary>Answer of <c>GET /health</c>.</summary>
internal sealed record Health(string Status, bool Persistent);

/// <summary>JSON of the sandbox's own API, ledger and control: camel case, unknown properties refused.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(IReadOnlyList<FaultState>))]
[JsonSerializable(typeof(MerchantOrder))]
[JsonSerializable(typeof(MerchantView))]
[JsonSerializable(typeof(StripeEndpointOrder))]
[JsonSerializable(typeof(KlarnaEndpointOrder))]
[JsonSerializable(typeof(EndpointsView))]
[JsonSerializable(typeof(EventsPage))]
[JsonSerializable(typeof(ControlError))]
[JsonSerializable(typeof(ClearedFaults))]
[JsonSerializable(typeof(OperationsPage))]
[JsonSerializable(typeof(WebhooksPage))]
[JsonSerializable(typeof(LedgerSummary))]
[JsonSerializable(typeof(CallsSummary))]
[JsonSerializable(typeof(IntentHistory))]
[JsonSerializable(typeof(IntentHistories))]
[JsonSerializable(typeof(RefundRecord))]
[JsonSerializable(typeof(KlarnaHistory))]
[JsonSerializable(typeof(CallsWait))]
[JsonSerializable(typeof(Health))]
internal sealed partial class SandboxJson : JsonSerializerContext;

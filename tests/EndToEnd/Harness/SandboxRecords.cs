namespace Payments.EndToEnd.Harness;

/// <summary>A fault to order, as the sandbox's control API takes it; see its <c>FaultRule</c>.</summary>
public sealed record Fault(
    string Operation,
    string Kind,
    int Count = 1,
    int? LatencyMs = null,
    string? Phase = null,
    string? Match = null,
    int? StatusCode = null,
    string? Code = null)
{
    /// <summary>Stripe's definite refusal of a cancel: the intent is in a state that forbids it.</summary>
    public static Fault RefusedVoid(Payment payment) => Refused("payment_intent.cancel", payment.TransactionId);

    /// <summary>Stripe's definite refusal: the intent is in a state that forbids it.</summary>
    public static Fault Refused(string operation, string match) =>
        new(operation, "refuse", Match: match, Code: "payment_intent_unexpected_state");

    /// <summary>The call is held; afterwards it takes effect, whoever still waits.</summary>
    public static Fault Held(string operation, int milliseconds, string match) =>
        new(operation, "latency", LatencyMs: milliseconds, Phase: "before", Match: match);

    /// <summary>The call takes effect at once; its answer is held.</summary>
    public static Fault AnswerHeld(string operation, int milliseconds, string match) =>
        new(operation, "latency", LatencyMs: milliseconds, Phase: "after", Match: match);

    /// <summary>HTTP 503: nothing happens and nothing is stored.</summary>
    public static Fault Unavailable(string operation, string? match, int count = 1) =>
        new(operation, "status", count, Match: match, StatusCode: 503);
}

/// <summary>A webhook that reached a merchant's endpoint.</summary>
public sealed record Delivery(
    long Sequence, string Merchant, string? WebhookId, string? WebhookTimestamp, string? WebhookSignature, bool? SignatureValid,
    string? Name, string? Payment, int Answered, string Body);

/// <summary>A payment intent as the provider has it.</summary>
public sealed record Intent(string Id, string Status, long Amount, long AmountReceived, long AmountRefunded, string? CancellationReason);

/// <summary>A refund as the provider has it.</summary>
public sealed record Refund(string Id, string Status, long Amount);

/// <summary>Everything that the provider knows of one payment.</summary>
public sealed record History(Intent PaymentIntent, IReadOnlyList<Refund> Refunds, IReadOnlyList<string> Operations)
{
    /// <summary>How often an operation took effect.</summary>
    public int Count(string operation) => Operations.Count(name => name == operation);
}

/// <summary>An attempt of a provider to deliver an event.</summary>
public sealed record EventDelivery(string EventId, string Type, int Attempt, int Answered, string? Answer, string? Fault);

/// <summary>How often an operation was called, answered from its idempotency key, and hit by a fault.</summary>
public sealed record Calls(long Count, long Replayed, long Faults);

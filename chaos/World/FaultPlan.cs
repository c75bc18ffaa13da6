namespace Payments.Chaos.World;

/// <summary>Draws faults: every way in which a provider or a merchant can fail, in small doses, the same ones for the same seed.</summary>
internal sealed class FaultPlan(int seed)
{
    private static readonly string[] ProviderOperations =
    [
        "payment_intent.cancel", "payment_intent.cancel", "payment_intent.cancel", "payment_intent.create", "payment_intent.retrieve",
        "payment_intent.search", "refund.create", "refund.list", "klarna.create", "klarna.read", "klarna.cancel", "klarna.cancel",
    ];

    private readonly Random chance = new(seed);

    /// <summary>The next fault.</summary>
    public Fault Next() => chance.NextDouble() < 0.15 ? NextAtMerchant() : NextAtProvider(ProviderOperations[chance.Next(ProviderOperations.Length)]);

    private Fault NextAtProvider(string operation)
    {
        var count = 1 + chance.Next(8);
        return chance.Next(11) switch
        {
            0 => new Fault(operation, "latency") { LatencyMs = 200 + chance.Next(2_000), Count = count },

            // Longer than anybody waits: the work is done, and nobody hears of it in time.
            1 => new Fault(operation, "latency") { LatencyMs = 4_000 + chance.Next(4_000), Phase = "after", Count = count },
            2 => new Fault(operation, "drop_before") { Count = count },
            3 => new Fault(operation, "drop_after") { Count = count },
            4 => new Fault(operation, "error_500") { Count = count },
            5 => new Fault(operation, "error_500") { Phase = "after", Count = count },
            6 => new Fault(operation, "lock_timeout") { Count = count },
            7 => new Fault(operation, "rate_limit") { RetryAfterSeconds = 1, Count = count },
            8 => new Fault(operation, "idempotency_in_use") { Count = count },
            9 when operation.EndsWith(".cancel", StringComparison.Ordinal) => new Fault(operation, "refuse")
            {
                Count = 1 + chance.Next(3),
                Code = operation.StartsWith("klarna", StringComparison.Ordinal) || chance.Next(2) == 0 ? null : "payment_intent_unexpected_state",
            },
            _ => new Fault(operation, "status") { StatusCode = 503, RetryAfterSeconds = 1, Count = count },
        };
    }

    // Few at a time: the second retry of a webhook comes after five minutes, by its schedule.
    private Fault NextAtMerchant()
    {
        var operation = $"webhook:{Merchant.All[chance.Next(Merchant.All.Count)].Id}";
        return chance.Next(5) switch
        {
            0 => new Fault(operation, "status") { StatusCode = 500 },
            1 => new Fault(operation, "status") { StatusCode = 429, RetryAfterSeconds = 3 },
            2 => new Fault(operation, "drop_after"),
            3 => new Fault(operation, "drop_before"),
            _ => new Fault(operation, "latency") { LatencyMs = 1_000 + chance.Next(3_000), Count = 5 },
        };
    }
}

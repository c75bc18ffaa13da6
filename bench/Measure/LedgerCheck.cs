using System.Text.Json;
using Payments.Bench.Load;

namespace Payments.Bench.Measure;

/// <summary>Compares what the clients were told with what happened at the provider and at the merchant.</summary>
internal sealed class LedgerCheck(LedgerClient ledger, SiloClient silo, BenchPayment[] payments)
{
    private const int SampleSize = 200;

    private readonly List<string> failures = [];

    /// <summary>What did not hold; empty is good.</summary>
    public IReadOnlyList<string> Failures => failures;

    /// <summary>When the last payment was authorized.</summary>
    public async Task<DateTimeOffset> LastAuthorizedAsync(long since)
    {
        var last = DateTimeOffset.MinValue;
        await foreach (var operation in ledger.OperationsAsync("payment_intent.authorized", since))
            last = Later(last, operation);
        return last;
    }

    /// <summary>Every payment has exactly one effective cancel, and nothing else has one.</summary>
    public async Task CheckCancelsAsync(long since)
    {
        var open = payments.Select(static payment => payment.Id).ToHashSet();
        var count = 0;
        await foreach (var operation in ledger.OperationsAsync("payment_intent.cancel", since))
        {
            count++;
            open.Remove(operation.GetProperty("metadata").GetProperty("payment_id").GetGuid());
        }

        Expect(count == payments.Length, $"{count} effective cancels in the ledger for {payments.Length} payments");
        Expect(open.Count == 0, $"{open.Count} payments without a cancel in the ledger");
    }

    /// <summary>Every payment's webhook arrived, with the right body and a valid signature.</summary>
    /// <returns>How many arrived, and when the last payment's first one did.</returns>
    public async Task<(long Count, DateTimeOffset Last)> CheckWebhooksAsync(long since)
    {
        var open = payments.ToDictionary(static payment => payment.Id);
        var last = DateTimeOffset.MinValue;
        long count = 0;
        long wrong = 0;
        await foreach (var webhook in ledger.WebhooksAsync(since))
        {
            count++;
            if (!Guid.TryParse(webhook.GetProperty("payment").GetString(), out var id) || !open.Remove(id, out var payment))
                continue;
            last = Later(last, webhook);
            if (webhook.GetProperty("body").GetString() != payment.Webhook || !webhook.GetProperty("signatureValid").GetBoolean())
                wrong++;
        }

        Expect(open.Count == 0, $"{open.Count} payments without a webhook");
        Expect(wrong == 0, $"{wrong} webhooks with a wrong body or signature");
        return (count, last);
    }

    /// <summary>A sample of payments reads as cancelled.</summary>
    public async Task CheckReadsAsync()
    {
        for (var index = 0; index < payments.Length; index += Math.Max(1, payments.Length / SampleSize))
        {
            var body = await silo.ReadPaymentAsync(payments[index].Id);
            if (body == payments[index].Cancelled)
                continue;
            Expect(false, $"payment {payments[index].Id} reads {body}");
            return;
        }
    }

    /// <summary>Notes a failure unless something holds.</summary>
    public void Expect(bool holds, string otherwise)
    {
        if (!holds)
            failures.Add(otherwise);
    }

    private static DateTimeOffset Later(DateTimeOffset last, JsonElement entry) =>
        entry.GetProperty("at").GetDateTimeOffset() is var at && at > last ? at : last;
}

using System.Buffers.Text;

namespace Payments.Bench.Load;

/// <summary>What the client keeps of a payment: enough to rebuild every body about it.</summary>
/// <param name="Id">The payment's id.</param>
/// <param name="AllocationId">The id of its one allocation.</param>
/// <param name="Number">Its number; the merchant's own id is made of it.</param>
internal readonly record struct BenchPayment(Guid Id, Guid AllocationId, int Number)
{
    /// <summary>Amount of every payment in cents.</summary>
    public const long AmountCents = 25_000;

    /// <summary>Value of <c>X-Source</c>.</summary>
    public const string Source = "bench";

    /// <summary>The merchant's own id.</summary>
    public string TransactionId => $"bench-{Number:D8}";

    /// <summary>The webhook that the merchant must get (seed).</summary>
    public string Webhook =>
        $$$"""{"name":"PAYMENT_CANCELLED","source":"{{{Source}}}","payload":{"id":"{{{Id}}}","merchantTransactionId":"{{{TransactionId}}}","amount":{{{AmountCents}}},"status":"CANCELLED","paymentAllocations":[{"id":"{{{AllocationId}}}","amount":{{{AmountCents}}},"status":"CANCELED"}]}}""";

    /// <summary>The 200 of a GET after the cancel (seed).</summary>
    public string Cancelled =>
        $$$"""{"data":{"id":"{{{Id}}}","amount":{{{AmountCents}}},"status":"CANCELLED","paymentAllocations":[{"id":"{{{AllocationId}}}","amount":{{{AmountCents}}},"status":"CANCELED"}]}}""";

    /// <summary>The 202 of a cancel (seed).</summary>
    public string CancelInitialized(string publicUrl) =>
        $$$"""{"url":"{{{publicUrl}}}/v2/payments/{{{Id}}}","data":{"id":"{{{Id}}}","merchantTransactionId":"{{{TransactionId}}}","amount":{{{AmountCents}}},"status":"CANCEL_INITIALIZED","paymentAllocations":[{"id":"{{{AllocationId}}}","amount":{{{AmountCents}}},"status":"CANCEL_INITIALIZED"}]}}""";

    /// <summary>Takes the ids from the answer to a create.</summary>
    /// <exception cref="BenchException">It has none.</exception>
    public static BenchPayment Of(ReadOnlySpan<byte> created, int number) => new(
        IdAfter(created, "\"data\":{\"id\":\""u8), IdAfter(created, "\"paymentAllocations\":[{\"id\":\""u8), number);

    private static Guid IdAfter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> before)
    {
        var at = body.IndexOf(before);
        return at >= 0 && Utf8Parser.TryParse(body[(at + before.Length)..], out Guid id, out _)
            ? id
            : throw new BenchException("The answer to a create names no payment.");
    }
}

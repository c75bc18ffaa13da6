using System.Collections.Concurrent;
using Payments.Grains.Ports;
using Found = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRefundSnapshot?>;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRefundSnapshot>;

namespace Payments.Grains.Tests.Runtime;

/// <summary>Klarna's orders of one test: a key makes one refund, and nothing checks what is left.</summary>
internal sealed class TestOrder
{
    private readonly ConcurrentDictionary<string, NewKlarnaRefund> made = new();
    private readonly ConcurrentQueue<Func<Func<Result>, Result>> scripted = new();
    private readonly ConcurrentQueue<string> calls = new();
    private Hold? hold;

    /// <summary>What was really given back.</summary>
    public IReadOnlyCollection<NewKlarnaRefund> Refunds => [.. made.Values];

    public string Calls => string.Join(' ', calls);

    /// <summary>Whether look-ups get no answer.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>The answer to the next create; it is given what the order would do by itself.</summary>
    public void Next(Func<Func<Result>, Result> answer) => scripted.Enqueue(answer);

    public Hold HoldNext() => hold = new Hold();

    public async Task<Result> RefundAsync(NewKlarnaRefund refund, string key)
    {
        calls.Enqueue($"refund:{refund.AmountMinor}:{key[^1]}");
        Result Make()
        {
            made.TryAdd(key, refund);
            return new Result.Success(new($"klarna-{made.Count}"));
        }

        var result = scripted.TryDequeue(out var next) ? next(Make) : Make();
        if (Interlocked.Exchange(ref hold, null) is { } here)
            await here.PassAsync();
        return result;
    }

    public Found Find(string reference)
    {
        calls.Enqueue("find");
        if (IsUnreadable)
            return new Found.Unknown(ProviderUncertainty.Timeout, "no answer");
        return new Found.Success(made.Values.Any(refund => refund.Reference == reference) ? new("klarna-found") : null);
    }
}

/// <summary>Klarna's order management.</summary>
internal sealed class TestOrders : IKlarnaOrders
{
    private readonly ConcurrentDictionary<string, TestOrder> orders = new();

    public TestOrder Of(string orderId) => orders.GetOrAdd(orderId, _ => new TestOrder());

    public Task<Result> RefundAsync(string orderId, NewKlarnaRefund refund, ProviderCall call, CancellationToken cancellationToken) =>
        Of(orderId).RefundAsync(refund, call.IdempotencyKey);

    public Task<Found> FindRefundAsync(string orderId, string reference, TimeSpan deadline, CancellationToken cancellationToken) =>
        Task.FromResult(Of(orderId).Find(reference));
}

using System.Collections.Concurrent;
using System.Globalization;
using Payments.Grains.Ports;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;
using State = Payments.Grains.Ports.KlarnaRequestState;

namespace Payments.Grains.Tests.Runtime;

/// <summary>One request at Klarna, with answers that a test can put before its own behaviour.</summary>
internal sealed class TestKlarnaRequest(string id)
{
    private readonly ConcurrentQueue<(string Verb, Func<Result?> Answer)> scripted = new();
    private readonly ConcurrentQueue<string> calls = new();
    private Hold? hold;

    public KlarnaRequestSnapshot Current { get; private set; } = new(id, State.Submitted, "https://pay.example/1", null);

    public string Calls => string.Join(' ', calls);

    public string? ShortCode { get; set; }

    public bool HasNext => !scripted.IsEmpty;

    public void Become(State state) => Current = Current with { State = state, OrderId = state == State.Completed ? $"order-{id}" : null };

    /// <summary>The answer to the next call, which must be of this kind; null lets the object behave by itself.</summary>
    public void Next(string verb, Func<Result?> answer) => scripted.Enqueue((verb, answer));

    public Hold HoldNext() => hold = new Hold();

    public async Task<Result> CallAsync(string verb, string? key, Func<Result> behave)
    {
        calls.Enqueue(key is null ? verb : $"{verb}:{key}");
        var result = (scripted.TryPeek(out var next) && next.Verb == verb && scripted.TryDequeue(out next) ? next.Answer() : null) ?? behave();
        if (Interlocked.Exchange(ref hold, null) is { } here)
            await here.PassAsync();
        return result;
    }
}

/// <summary>Klarna: one object per payment request.</summary>
internal sealed class TestKlarna(Calendar time, KlarnaProduct product = KlarnaProduct.PaymentRequest) : IKlarnaPaymentRequests
{
    private readonly ConcurrentDictionary<string, TestKlarnaRequest> requests = new();

    public KlarnaProduct Product => product;

    public TestKlarnaRequest Of(long id) => requests.GetOrAdd(id.ToString(CultureInfo.InvariantCulture), key => new TestKlarnaRequest(key));

    public Task<Result> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken)
    {
        var own = Of(request.PaymentRequestId);
        own.ShortCode = request.ShortCode;
        return own.CallAsync("create", call.IdempotencyKey, () => new Result.Success(product == KlarnaProduct.PaymentRequest
            ? own.Current with { ExpiresAt = time.GetUtcNow() + TimeSpan.FromHours(3) }
            : own.Current));
    }

    public Task<Result> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = requests[requestId];
        return own.CallAsync("read", null, () => new Result.Success(own.Current));
    }

    public Task<Result> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = requests[requestId];
        return own.CallAsync("cancel", null, () =>
        {
            if (own.Current.State is not (State.Submitted or State.InProgress))
                return new Result.Refused("refused", "no", null);
            own.Become(State.Canceled);
            return new Result.Success(own.Current);
        });
    }
}

using System.Collections.Concurrent;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

internal enum Verb
{
    Create,
    Retrieve,
    Find,
    Cancel,
    Capture,
    Refund,
    RetrieveRefund,
    FindRefund,
    FindOwner,
}

/// <summary>One payment's object at the provider. It behaves by itself; a test can put answers before that, and hold calls.</summary>
internal sealed class TestIntent(Guid paymentId)
{
    private readonly ConcurrentDictionary<Verb, ConcurrentQueue<Func<object?>>> scripted = new();
    private readonly ConcurrentDictionary<Verb, Hold> holds = new();
    private readonly ConcurrentQueue<(Verb Verb, string? Key)> calls = new();

    public string Id { get; } = $"pi_{paymentId:N}";

    /// <summary>What the next create makes.</summary>
    public Intent CreatesAs { get; set; } = Intent.RequiresCapture;

    public PaymentIntentSnapshot? Current { get; set; }

    public RefundSnapshot? Refund { get; set; }

    /// <summary>What the next refund makes.</summary>
    public RefundStatus RefundsAs { get; set; } = RefundStatus.Succeeded;

    public string Calls => string.Join(' ', calls.Select(call => call.Verb));

    public IEnumerable<string?> KeysOf(Verb verb) => calls.Where(call => call.Verb == verb).Select(call => call.Key);

    public int CountOf(Verb verb) => calls.Count(call => call.Verb == verb);

    public void Become(Intent status, long received = Sample.Amount) => Current = new PaymentIntentSnapshot(
        Id, status, Sample.Amount, status == Intent.Succeeded ? received : 0, CancellationReason: null, LastErrorCode: null);

    /// <summary>The answer to the next call; null lets the object behave by itself after <paramref name="answer"/> was evaluated.</summary>
    public void Next(Verb verb, Func<object?> answer) => scripted.GetOrAdd(verb, _ => new ConcurrentQueue<Func<object?>>()).Enqueue(answer);

    /// <summary>The next call of this kind is executed and then waits with its answer.</summary>
    public Hold HoldNext(Verb verb) => holds[verb] = new Hold();

    public async Task<ProviderResult<T>> CallAsync<T>(Verb verb, string? key, Func<ProviderResult<T>> behave)
    {
        calls.Enqueue((verb, key));
        var scriptedAnswer = scripted.TryGetValue(verb, out var queue) && queue.TryDequeue(out var answer) ? answer() : null;
        var result = (ProviderResult<T>?)scriptedAnswer ?? behave();
        if (holds.TryRemove(verb, out var hold))
            await hold.PassAsync();
        return result;
    }
}

/// <summary>The provider: one object per payment, or per card of a split tender.</summary>
internal sealed class TestIntents : IPaymentIntents, IProviderObjects
{
    private readonly ConcurrentDictionary<Guid, TestIntent> intents = new();

    public TestIntent Of(Guid paymentId) => intents.GetOrAdd(paymentId, id => new TestIntent(id));

    public Task<ProviderResult<PaymentIntentSnapshot>> CreateAsync(NewPaymentIntent intent, ProviderCall call, CancellationToken cancellationToken)
    {
        var own = Of(intent.AllocationId ?? intent.PaymentId);
        return own.CallAsync<PaymentIntentSnapshot>(Verb.Create, call.IdempotencyKey, () =>
        {
            if (own.Current is null)
                own.Become(own.CreatesAs);
            return Success(own.Current!);
        });
    }

    public Task<ProviderResult<PaymentIntentSnapshot>> RetrieveAsync(string intentId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = Of(intentId);
        return own.CallAsync(Verb.Retrieve, null, () => Success(own.Current!));
    }

    public Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync(
        Guid ownerId, string? customer, DateTimeOffset createdSince, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = Of(ownerId);
        return own.CallAsync(Verb.Find, null, () => Success(own.Current));
    }

    public Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(string intentId, CancellationReason reason, ProviderCall call, CancellationToken cancellationToken)
    {
        var own = Of(intentId);
        return own.CallAsync(Verb.Cancel, call.IdempotencyKey, () =>
        {
            if (own.Current!.Status is Intent.Succeeded or Intent.Processing)
                return new ProviderResult<PaymentIntentSnapshot>.Refused("payment_intent_unexpected_state", "no", own.Current);
            own.Become(Intent.Canceled);
            return Success(own.Current);
        });
    }

    public Task<ProviderResult<PaymentIntentSnapshot>> CaptureAsync(string intentId, long amountMinor, ProviderCall call, CancellationToken cancellationToken)
    {
        var own = Of(intentId);
        return own.CallAsync(Verb.Capture, call.IdempotencyKey, () =>
        {
            if (own.Current!.Status != Intent.RequiresCapture)
                return new ProviderResult<PaymentIntentSnapshot>.Refused("payment_intent_unexpected_state", "no", own.Current);
            own.Become(Intent.Succeeded, amountMinor);
            return Success(own.Current);
        });
    }

    public Task<ProviderResult<RefundSnapshot>> RefundAsync(NewRefund refund, ProviderCall call, CancellationToken cancellationToken)
    {
        var own = Of(refund.IntentId);
        return own.CallAsync(Verb.Refund, call.IdempotencyKey, () =>
        {
            own.Refund = new RefundSnapshot($"re_{refund.PaymentId:N}", own.RefundsAs, refund.AmountMinor ?? Sample.Amount, null);
            return Success(own.Refund);
        });
    }

    public Task<ProviderResult<RefundSnapshot>> RetrieveRefundAsync(string refundId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = Of(Guid.ParseExact(refundId["re_".Length..], "N"));
        return own.CallAsync(Verb.RetrieveRefund, null, () => Success(own.Refund!));
    }

    public Task<ProviderResult<RefundSnapshot?>> FindRequestedRefundAsync(
        string intentId, Guid refundId, TimeSpan deadline, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No test looks for a refund on request.");

    /// <summary>Whose an intent is, as its metadata would say. Another one is nobody's.</summary>
    public string Provider => ProviderNames.Stripe;

    public async Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(objectId["pi_".Length..], "N", out var id))
            return new ProviderResult<string?>.Success(null);
        return await Of(id).CallAsync<string?>(Verb.FindOwner, null, () => new ProviderResult<string?>.Success($"{id}"));
    }

    public Task<ProviderResult<RefundSnapshot?>> FindRefundAsync(string intentId, Guid ownerId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var own = Of(intentId);
        return own.CallAsync(Verb.FindRefund, null, () => Success(own.Refund));
    }

    private TestIntent Of(string intentId) => Of(Guid.ParseExact(intentId["pi_".Length..], "N"));

    private static ProviderResult<T> Success<T>(T value) => new ProviderResult<T>.Success(value);
}

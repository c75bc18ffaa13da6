using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Walks;

/// <summary>How a simulated intent turns out.</summary>
internal enum Course
{
    CardHold,
    CardSale,
    Challenge,
    BankDebit,
    Declined,
}

/// <summary>One account at Stripe with one payment in it: keeps what happened, and counts what must happen once. Answers are stored under
/// their idempotency key as Stripe does, errors included, and replayed as they were.</summary>
internal sealed class SimulatedStripe(World world, Course course)
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);
    private readonly Dictionary<string, (DateTimeOffset At, object Answer)> stored = [];
    private readonly List<RefundSnapshot> refunds = [];

    /// <summary>The intents that were ever made: more than one is a double charge.</summary>
    public List<PaymentIntentSnapshot> Intents { get; } = [];

    public PaymentIntentSnapshot? Current => Intents.Count == 0 ? null : Intents[^1];

    /// <summary>How often a cancel changed something.</summary>
    public int Voids { get; private set; }

    /// <summary>Refunds that gave or will give money back.</summary>
    public int EffectiveRefunds => refunds.Count(refund => refund.Status is RefundStatus.Succeeded or RefundStatus.Pending);

    public long Refunded => refunds.Where(refund => refund.Status == RefundStatus.Succeeded).Sum(refund => refund.AmountMinor);

    /// <summary>What the customer, the bank or the merchant's back office does.</summary>
    public void Evolve()
    {
        if (Current is not { } intent)
            return;

        var next = intent.Status switch
        {
            Intent.RequiresAction => world.Pick(Intent.RequiresCapture, Intent.RequiresPaymentMethod),
            Intent.Processing => world.Pick(Intent.Succeeded, Intent.RequiresPaymentMethod),
            Intent.RequiresCapture => world.Pick(Intent.Succeeded, Intent.Canceled),
            var same => same,
        };
        Become(next);
        for (var i = 0; i < refunds.Count; i++)
        {
            if (refunds[i].Status == RefundStatus.Pending)
                refunds[i] = refunds[i] with { Status = world.Pick(RefundStatus.Succeeded, RefundStatus.Succeeded, RefundStatus.Failed) };
        }
    }

    public ProviderResult<PaymentIntentSnapshot> Create(long amount, string key) => Idempotent<PaymentIntentSnapshot>(key, () =>
    {
        var status = course switch
        {
            Course.CardHold => Intent.RequiresCapture,
            Course.CardSale => Intent.Succeeded,
            Course.Challenge => Intent.RequiresAction,
            Course.BankDebit => Intent.Processing,
            _ => Intent.RequiresPaymentMethod,
        };
        Intents.Add(new PaymentIntentSnapshot($"pi_{Intents.Count + 1}", status, amount, status == Intent.Succeeded ? amount : 0, null, null));
        return status == Intent.RequiresPaymentMethod
            ? new ProviderResult<PaymentIntentSnapshot>.Refused("card_declined", "declined", Current)
            : new ProviderResult<PaymentIntentSnapshot>.Success(Current!);
    });

    public ProviderResult<PaymentIntentSnapshot> Retrieve() => new ProviderResult<PaymentIntentSnapshot>.Success(Current!);

    public ProviderResult<PaymentIntentSnapshot?> Find() => new ProviderResult<PaymentIntentSnapshot?>.Success(Current);

    public ProviderResult<PaymentIntentSnapshot> Cancel(string key) => Idempotent<PaymentIntentSnapshot>(key, () =>
    {
        switch (Current!.Status)
        {
            case Intent.Canceled:
                return new ProviderResult<PaymentIntentSnapshot>.Success(Current);
            case Intent.Succeeded:
            case Intent.Processing when world.Random.Next(3) > 0:
                return new ProviderResult<PaymentIntentSnapshot>.Refused("payment_intent_unexpected_state", "", Current);
            case Intent.RequiresCapture when world.Unlucky(0.1):
                return new ProviderResult<PaymentIntentSnapshot>.Refused("some_refusal", "", world.Pick(Current, null));
            default:
                Become(Intent.Canceled);
                Voids++;
                return new ProviderResult<PaymentIntentSnapshot>.Success(Current);
        }
    });

    /// <summary>Captures that changed something, made by the service.</summary>
    public int Captures { get; private set; }

    public ProviderResult<PaymentIntentSnapshot> Capture(long amount, string key) => Idempotent<PaymentIntentSnapshot>(key, () =>
    {
        if (Current!.Status != Intent.RequiresCapture)
            return new ProviderResult<PaymentIntentSnapshot>.Refused("payment_intent_unexpected_state", "", Current);
        if (world.Unlucky(0.1))
            return new ProviderResult<PaymentIntentSnapshot>.Refused("some_refusal", "", world.Pick(Current, null));

        Become(Intent.Succeeded, amount);
        Captures++;
        return new ProviderResult<PaymentIntentSnapshot>.Success(Current);
    });

    public ProviderResult<RefundSnapshot> Refund(string key) => Idempotent<RefundSnapshot>(key, () =>
    {
        if (EffectiveRefunds > 0)
            return new ProviderResult<RefundSnapshot>.Refused("charge_already_refunded", "", null);
        if (world.Unlucky(0.1))
            return new ProviderResult<RefundSnapshot>.Refused("insufficient_funds", "", null);

        var refund = new RefundSnapshot(
            $"re_{refunds.Count + 1}", world.Pick(RefundStatus.Succeeded, RefundStatus.Pending, RefundStatus.Failed), Current!.AmountReceivedMinor, null);
        refunds.Add(refund);
        return new ProviderResult<RefundSnapshot>.Success(refund);
    });

    public ProviderResult<RefundSnapshot?> FindRefund() => new ProviderResult<RefundSnapshot?>.Success(
        refunds.LastOrDefault(refund => refund.Status is not (RefundStatus.Failed or RefundStatus.Canceled)));

    public ProviderResult<RefundSnapshot> RetrieveRefund(string id) =>
        new ProviderResult<RefundSnapshot>.Success(refunds.Single(refund => refund.Id == id));

    private void Become(Intent status, long? received = null) => Intents[^1] = Current! with
    {
        Status = status,
        AmountReceivedMinor = status == Intent.Succeeded ? received ?? Current!.AmountMinor : Current!.AmountReceivedMinor,
    };

    private ProviderResult<T> Idempotent<T>(string key, Func<ProviderResult<T>> execute)
    {
        if (stored.TryGetValue(key, out var before) && world.Now - before.At < KeyLifetime)
            return (ProviderResult<T>)before.Answer;

        // A 500 may come before or after the work was done; either way it is what the key will answer from now on.
        var failed = world.Unlucky(0.1);
        var answer = failed && world.Random.Next(2) == 0 ? null : execute();
        if (failed)
            answer = new ProviderResult<T>.Unknown(ProviderUncertainty.ServerError, "500");
        stored[key] = (world.Now, answer!);
        return answer!;
    }
}

using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Running;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Simulation.Providers;

/// <summary>One account at Stripe: does what it is asked, once per key, remembers everything, and tells whoever listens what changed.</summary>
internal sealed class SimulatedStripe(World world, FaultPlan faults, Defects defects)
{
    private const string WrongState = "payment_intent_unexpected_state";

    private readonly KeyStore keys = new(world, faults, defects);
    private readonly Dictionary<string, StripeIntent> byId = [];
    private readonly Dictionary<Guid, List<StripeIntent>> byPayment = [];
    private int lastRefund;

    /// <summary>Told of every change: the intent, what of it changed, and how that is now.</summary>
    public Action<StripeIntent, string, string> Changed { get; set; } = static (_, _, _) => { };

    public IReadOnlyList<StripeIntent> Of(Guid paymentId) => byPayment.GetValueOrDefault(paymentId) ?? [];

    public StripeIntent? Find(string intentId) => byId.GetValueOrDefault(intentId);

    public ProviderResult<PaymentIntentSnapshot> Create(NewPaymentIntent wanted, string key) => keys.Once($"{key}", Scope(wanted.AllocationId ?? wanted.PaymentId), () =>
    {
        var intent = new StripeIntent($"pi_{byId.Count + 1}", wanted);
        byId[intent.Id] = intent;
        (byPayment.TryGetValue(wanted.PaymentId, out var others) ? others : byPayment[wanted.PaymentId] = []).Add(intent);
        IntentLife.Begin(world, this, intent, key, declined: faults.Hit(Fault.ProviderRefusal, 0.2));
        return intent.Status == Intent.RequiresPaymentMethod
            ? new ProviderResult<PaymentIntentSnapshot>.Refused("card_declined", "declined", intent.Snapshot)
            : Success(intent);
    });

    public ProviderResult<PaymentIntentSnapshot> Retrieve(string intentId) => byId.TryGetValue(intentId, out var intent)
        ? Success(intent)
        : new ProviderResult<PaymentIntentSnapshot>.Refused("resource_missing", "no such intent", null);

    /// <summary>By the allocation where the metadata names one, else by the payment.</summary>
    public ProviderResult<PaymentIntentSnapshot?> FindOf(Guid ownerId, string? customer) => new ProviderResult<PaymentIntentSnapshot?>.Success(
        byId.Values.LastOrDefault(intent => intent.OwnerId == ownerId && (customer is null || intent.Created.Method.ProviderCustomer == customer))?.Snapshot);

    public ProviderResult<PaymentIntentSnapshot> Cancel(string intentId, string key) => Once(intentId, key, intent =>
    {
        if (intent.Status == Intent.RequiresCapture && faults.Hit(Fault.ProviderLateSuccess, 0.5))
            Take(intent, intent.Created.AmountMinor, "captured_by_hand", null);
        switch (intent.Status)
        {
            case Intent.Canceled:
                return Success(intent);
            case Intent.Succeeded:
            case Intent.Processing when world.Elapsed > intent.StoppableUntil:
                return Refused(intent, WrongState);
            case Intent.RequiresCapture or Intent.RequiresAction when faults.Hit(Fault.ProviderRefusal, 0.6):
                var refused = Refused(intent, "simulated_refusal");
                return world.Chance(0.5) ? refused : refused with { Current = null };
            default:
                Become(intent, Intent.Canceled, "cancel", key);
                Misbehave(intent);
                return Success(intent);
        }
    });

    public ProviderResult<PaymentIntentSnapshot> Capture(string intentId, long amount, string key) => Once(intentId, key, intent =>
    {
        if (intent.Status != Intent.RequiresCapture)
            return Refused(intent, WrongState);
        if (faults.Hit(Fault.ProviderRefusal, 0.3))
            return Refused(intent, "simulated_refusal");
        Take(intent, amount, "capture", key);
        return Success(intent);
    });

    public ProviderResult<RefundSnapshot> Refund(NewRefund wanted, string key)
    {
        var intent = byId[wanted.IntentId];
        return keys.Once<RefundSnapshot>(key, Scope(intent.OwnerId), () =>
        {
            var left = intent.Received - intent.Refunded;
            var amount = wanted.AmountMinor ?? left;
            if (left == 0 || amount > left)
                intent.Overdrafts++;
            if (left == 0)
                return new ProviderResult<RefundSnapshot>.Refused("charge_already_refunded", "nothing left", null);
            if (amount > left || faults.Hit(Fault.ProviderRefusal, 0.3))
            {
                intent.Refusals++;
                return new ProviderResult<RefundSnapshot>.Refused("insufficient_funds", "no", null);
            }

            var refund = new StripeRefund($"re_{++lastRefund}", wanted.RefundId, amount);
            intent.Refunds.Add(refund);
            intent.Deeds.Add(new Deed(world.Now, "refund", key));
            IntentLife.Begin(world, this, intent, refund);
            if (wanted.RefundId is null)
                Misbehave(intent);
            return new ProviderResult<RefundSnapshot>.Success(refund.Snapshot);
        });
    }

    public ProviderResult<RefundSnapshot> RetrieveRefund(string refundId)
    {
        var found = byId.Values.SelectMany(static intent => intent.Refunds).FirstOrDefault(refund => refund.Id == refundId);
        return found is null
            ? new ProviderResult<RefundSnapshot>.Refused("resource_missing", "no such refund", null)
            : new ProviderResult<RefundSnapshot>.Success(found.Snapshot);
    }

    public ProviderResult<RefundSnapshot?> FindCompensation(string intentId) =>
        new ProviderResult<RefundSnapshot?>.Success(byId[intentId].Compensations.LastOrDefault()?.Snapshot);

    public ProviderResult<RefundSnapshot?> FindRequested(string intentId, Guid refundId) =>
        new ProviderResult<RefundSnapshot?>.Success(byId[intentId].Refunds.LastOrDefault(refund => refund.RefundId == refundId)?.Snapshot);

    public ProviderResult<string?> FindOwner(string objectId) => new ProviderResult<string?>.Success(Find(objectId)?.PaymentId.ToString());

    /// <summary>Moves an intent on.</summary>
    /// <param name="intent">Which.</param>
    /// <param name="status">What it becomes.</param>
    /// <param name="deed">What was done.</param>
    /// <param name="key">By which request, or null.</param>
    public void Become(StripeIntent intent, Intent status, string deed, string? key)
    {
        intent.Status = status;
        intent.Deeds.Add(new Deed(world.Now, deed, key));
        if (status == Intent.Canceled)
            intent.CancellationReason = key is null ? "automatic" : "requested_by_customer";
        world.Trace?.Write(world, "stripe", $"{intent.Id} of {intent.PaymentId}: {deed}, now {status}");
        Changed(intent, intent.Id, status.ToString());
    }

    public void Take(StripeIntent intent, long amount, string deed, string? key)
    {
        intent.Received = amount;
        Become(intent, Intent.Succeeded, deed, key);
    }

    private void Misbehave(StripeIntent intent)
    {
        if (defects.HasFlag(Defects.ProviderChargesCancelled))
            intent.Received = intent.Created.AmountMinor + intent.Refunded;
        if (defects.HasFlag(Defects.ProviderReversesTwice))
            intent.Refunds.Add(new StripeRefund($"re_{++lastRefund}", null, intent.Created.AmountMinor) { Status = RefundStatus.Succeeded });
    }

    private ProviderResult<PaymentIntentSnapshot> Once(string intentId, string key, Func<StripeIntent, ProviderResult<PaymentIntentSnapshot>> execute)
    {
        var intent = byId[intentId];
        return keys.Once(key, Scope(intent.OwnerId), () => execute(intent));
    }

    private static string Scope(Guid ownerId) => ownerId.ToString();

    private static ProviderResult<PaymentIntentSnapshot> Success(StripeIntent intent) =>
        new ProviderResult<PaymentIntentSnapshot>.Success(intent.Snapshot);

    private static ProviderResult<PaymentIntentSnapshot>.Refused Refused(StripeIntent intent, string code)
    {
        intent.Refusals++;
        return new(code, "no", intent.Snapshot);
    }
}

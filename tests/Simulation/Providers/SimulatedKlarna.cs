using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Running;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;
using State = Payments.Grains.Ports.KlarnaRequestState;

namespace Payments.Simulation.Providers;

/// <summary>A payment request at Klarna with what really happened to it.</summary>
internal sealed class KlarnaRequest(string id, long owner, long amountMinor, DateTimeOffset expiresAt)
{
    public string Id => id;

    public long AmountMinor => amountMinor;

    /// <summary>Ours.</summary>
    public long Owner => owner;

    public DateTimeOffset ExpiresAt => expiresAt;

    public State State { get; set; } = State.Submitted;

    /// <summary>Cancels that changed something.</summary>
    public int Cancels { get; set; }

    /// <summary>The order that it became, once it was paid.</summary>
    public string? OrderId => State == State.Completed ? $"order-of-{Id}" : null;

    /// <summary>What was given back: our reference, and the amount.</summary>
    public List<(string Reference, long AmountMinor)> Refunds { get; } = [];

    public bool IsOpen => State is State.Submitted or State.InProgress;

    public KlarnaRequestSnapshot Snapshot(bool withUrl) => new(Id, State, withUrl ? "https://pay.example" : null, ExpiresAt, OrderId);
}

/// <summary>Klarna: creates have idempotency keys, cancels have none, a refusal never says why, and what has expired is gone.</summary>
internal sealed class SimulatedKlarna(World world, FaultPlan faults, Defects defects)
{
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(46);

    private readonly KeyStore keys = new(world, faults, defects);
    private readonly Dictionary<string, KlarnaRequest> requests = [];

    /// <summary>Told of every change.</summary>
    public Action<KlarnaRequest> Changed { get; set; } = static _ => { };

    public IEnumerable<KlarnaRequest> Of(long owner) => requests.Values.Where(request => request.Owner == owner);

    public Result Create(KlarnaProduct product, NewKlarnaRequest wanted, string key) => keys.Once<KlarnaRequestSnapshot>(key, $"{wanted.PaymentRequestId}", () =>
    {
        if (faults.Hit(Fault.ProviderRefusal, 0.1))
            return new Result.Refused("simulated_refusal", "no", null);

        var lifetime = product == KlarnaProduct.InStoreSession ? SessionLifetime : world.Pick(TimeSpan.FromHours(3), TimeSpan.FromHours(48));
        var request = new KlarnaRequest($"krn:payment:{requests.Count + 1}", wanted.PaymentRequestId, wanted.AmountMinor, world.Now + lifetime);
        requests[request.Id] = request;
        Become(request, State.Submitted);
        world.After(lifetime, () => Expire(request));
        if (world.Chance(0.6))
            world.After(world.Between(TimeSpan.FromSeconds(10), TimeSpan.FromHours(4)), () => Proceed(request));
        return new Result.Success(request.Snapshot(withUrl: true));
    });

    public Result Read(string id) => requests.TryGetValue(id, out var request) && (request.State != State.Expired || world.Chance(0.5))
        ? new Result.Success(request.Snapshot(withUrl: true))
        : new Result.Refused(KlarnaErrorCodes.NotFound, "", null);

    public Result Cancel(string id)
    {
        if (faults.Hit(Fault.ProviderServerErrorBeforeCommit, 0.4))
            return new Result.Unknown(ProviderUncertainty.ServerError, "500");

        var request = requests[id];
        if (request.IsOpen && faults.Hit(Fault.ProviderLateSuccess, 0.3))
            Become(request, State.Completed);
        if (!request.IsOpen || faults.Hit(Fault.ProviderRefusal, 0.3))
            return new Result.Refused("refused", "", null);

        request.Cancels++;
        Become(request, State.Canceled);
        return faults.Hit(Fault.ProviderServerErrorAfterCommit, 0.4)
            ? new Result.Unknown(ProviderUncertainty.ServerError, "500")
            : new Result.Success(request.Snapshot(withUrl: false));
    }

    /// <summary>Gives back a part of what an order took; the amounts of one order never add up to more.</summary>
    public ProviderResult<KlarnaRefundSnapshot> Refund(string orderId, NewKlarnaRefund wanted, string key)
    {
        var request = OfOrder(orderId);
        return keys.Once<KlarnaRefundSnapshot>(key, $"{request.Owner}", () =>
        {
            if (faults.Hit(Fault.ProviderRefusal, 0.3) || wanted.AmountMinor + request.Refunds.Sum(static made => made.AmountMinor) > request.AmountMinor)
                return new ProviderResult<KlarnaRefundSnapshot>.Refused("REFUND_NOT_ALLOWED", "no", null);
            request.Refunds.Add((wanted.Reference, wanted.AmountMinor));
            return new ProviderResult<KlarnaRefundSnapshot>.Success(new KlarnaRefundSnapshot($"{request.Id}-refund-{request.Refunds.Count}"));
        });
    }

    public ProviderResult<KlarnaRefundSnapshot?> FindRefund(string orderId, string reference)
    {
        var request = OfOrder(orderId);
        var number = request.Refunds.FindIndex(made => made.Reference == reference) + 1;
        return new ProviderResult<KlarnaRefundSnapshot?>.Success(number == 0 ? null : new KlarnaRefundSnapshot($"{request.Id}-refund-{number}"));
    }

    private KlarnaRequest OfOrder(string orderId) => requests.Values.Single(request => request.OrderId == orderId);

    public ProviderResult<string?> FindOwner(string id) =>
        new ProviderResult<string?>.Success(requests.TryGetValue(id, out var request) ? $"{request.Owner}" : null);

    private void Proceed(KlarnaRequest request)
    {
        if (request.State != State.Submitted)
            return;
        Become(request, State.InProgress);
        world.After(world.Between(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)), () =>
        {
            if (request.IsOpen)
                Become(request, world.Chance(0.8) ? State.Completed : State.Declined);
        });
    }

    private void Expire(KlarnaRequest request)
    {
        if (request.IsOpen)
            Become(request, State.Expired);
    }

    private void Become(KlarnaRequest request, State state)
    {
        request.State = state;
        world.Trace?.Write(world, "klarna", $"{request.Id} of {request.Owner} is {state}");
        Changed(request);
    }
}

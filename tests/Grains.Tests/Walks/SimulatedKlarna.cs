using Payments.Grains.Ports;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;
using State = Payments.Grains.Ports.KlarnaRequestState;

namespace Payments.Grains.Tests.Walks;

/// <summary>Klarna with the payment requests of one walk. Creates have idempotency keys, cancels have none, a refusal never says why.</summary>
internal sealed class SimulatedKlarna(World world)
{
    private readonly Dictionary<string, Result> stored = [];
    private readonly List<KlarnaRequestSnapshot> requests = [];

    public KlarnaRequestSnapshot Request(string id) => requests.Single(request => request.Id == id);

    /// <summary>What the customer and the time do.</summary>
    public void Evolve()
    {
        for (var i = 0; i < requests.Count; i++)
        {
            var state = requests[i].State switch
            {
                State.Submitted => world.Pick(State.InProgress, State.Submitted, State.Expired),
                State.InProgress => world.Pick(State.Completed, State.Declined, State.Expired, State.InProgress),
                var final => final,
            };
            requests[i] = requests[i] with { State = requests[i].ExpiresAt <= world.Now && IsOpen(state) ? State.Expired : state };
        }
    }

    public Result Create(string key)
    {
        if (stored.TryGetValue(key, out var before))
            return before;

        var failed = world.Unlucky(0.1);
        Result answer = new Result.Unknown(ProviderUncertainty.ServerError, "500");
        if (!failed || world.Random.Next(2) == 0)
        {
            var created = new KlarnaRequestSnapshot($"krn:{requests.Count + 1}", State.Submitted, "https://pay.example", world.Now + TimeSpan.FromHours(3));
            requests.Add(created);
            answer = failed ? answer : new Result.Success(created);
        }

        return stored[key] = answer;
    }

    public Result Read(string id)
    {
        Evolve();
        var request = Request(id);
        return request.State == State.Expired && world.Random.Next(2) == 0
            ? new Result.Refused(KlarnaErrorCodes.NotFound, "", null)
            : new Result.Success(request);
    }

    public Result Cancel(string id)
    {
        if (world.Unlucky(0.05))
            return new Result.Unknown(ProviderUncertainty.ServerError, "500");

        var index = requests.FindIndex(request => request.Id == id);
        if (!IsOpen(requests[index].State) || world.Unlucky(0.05))
            return new Result.Refused("refused", "", null);

        requests[index] = requests[index] with { State = State.Canceled };
        return world.Unlucky(0.1) ? new Result.Unknown(ProviderUncertainty.ServerError, "500") : new Result.Success(requests[index] with { Url = null });
    }

    private static bool IsOpen(State state) => state is State.Submitted or State.InProgress;
}

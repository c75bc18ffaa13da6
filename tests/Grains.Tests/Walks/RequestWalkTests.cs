using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Tests.PaymentRequest;

namespace Payments.Grains.Tests.Walks;

/// <summary>Random walks of one payment request; see <see cref="PaymentWalkTests"/>.</summary>
public sealed class RequestWalkTests
{
    private const int Walks = 3000;

    [Fact]
    public async Task Whatever_happens_on_the_way_the_request_ends_where_klarna_is()
    {
        var ends = await Task.Run(() => Enumerable.Range(0, Walks).Select(Walk).CountBy(end => end).ToDictionary());

        // A walk that never gets anywhere proves nothing.
        foreach (var end in new[] { PaymentRequestStatus.Canceled, PaymentRequestStatus.Completed, PaymentRequestStatus.Declined, PaymentRequestStatus.Expired })
            Assert.True(ends.GetValueOrDefault(end) > Walks / 100, string.Join(", ", ends));
    }

    private static PaymentRequestStatus Walk(int seed)
    {
        var world = new World(seed);
        var walk = new RequestWalk(world);
        try
        {
            walk.Run();
            return walk.State.Status;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Assert.Fail($"{error.Message}{Environment.NewLine}{world.Story}{Environment.NewLine}{error.StackTrace}");
            throw;
        }
    }

    private sealed class RequestWalk(World world)
    {
        private const int EventsMax = 60;

        private readonly SimulatedRow<PaymentRequestState> row = new(world);
        private readonly SimulatedKlarna klarna = new(world);
        private readonly SimulatedNetwork network = new(world);
        private readonly List<RequestActivation> activations = [];
        private readonly List<Task> turns = [];

        public PaymentRequestState State => row.State;

        public void Run()
        {
            while (!State.Exists)
            {
                Begin(activation => activation.CreateAsync(), _ => { });
                world.Settle();
            }

            for (var events = 0; events < EventsMax; events++)
                Happen();
            Heal();
            Agree();
        }

        private void Happen()
        {
            switch (world.Random.Next(20))
            {
                case 0 or 1:
                    Cancel(world.Random.Next(8) == 0 ? RequestSample.Stranger : RequestSample.Merchant);
                    break;
                case 2:
                    klarna.Evolve();
                    break;
                case 3 when world.Random.Next(3) == 0 && activations.Count > 0:
                    world.Pick(activations.ToArray()).Die();
                    world.Log("an activation dies");
                    break;
                case 4 or 5 or 6 or 7:
                    Begin(activation => activation.WakeAsync(), _ => { });
                    break;
                case 8 when State.ProviderDueAt > world.Now && world.IsQuiet:
                    world.Now = State.ProviderDueAt.Value;
                    break;
                case 9:
                    world.Now += TimeSpan.FromSeconds(world.Random.NextDouble() * 5);
                    break;
                default:
                    if (!world.IsQuiet)
                        world.Step();
                    break;
            }
        }

        private void Cancel(Guid merchant) => Begin(activation => activation.CancelAsync(merchant), answer =>
        {
            world.Log($"cancel answered {answer.Outcome}");
            Assert.Equal(merchant == RequestSample.Stranger, answer.Outcome == CancelPaymentRequestOutcome.ForeignMerchant);

            // The seed's {} is final: never unless Klarna's own object is cancelled.
            if (answer.Outcome == CancelPaymentRequestOutcome.Canceled)
                Assert.Equal(KlarnaRequestState.Canceled, klarna.Request(answer.State.Klarna!.Id).State);
            if (answer.Outcome == CancelPaymentRequestOutcome.AlreadyFinal)
                Assert.True(PaymentRequestMachine.IsFinal(answer.State.Status));
        });

        private void Begin<T>(Func<RequestActivation, Task<T>> turn, Action<T> answered)
        {
            activations.RemoveAll(activation => !activation.IsAlive);
            var free = activations.Find(activation => !activation.IsBusy);
            if (free is null && activations.Count < 2)
                activations.Add(free = new RequestActivation(world, row, klarna, network));
            if (free is not null)
                turns.Add(ObserveAsync(free.TurnAsync(() => turn(free)), answered));
        }

        private static async Task ObserveAsync<T>(Task<T> turn, Action<T> answered)
        {
            T answer;
            try
            {
                answer = await turn;
            }
            catch (Exception error) when (error is IOException or Orleans.Storage.InconsistentStateException)
            {
                return;
            }

            answered(answer);
        }

        private void Heal()
        {
            world.Settle();
            world.Faulty = false;
            world.Log("healed");
            for (var wakes = 0; State.ProviderDueAt is { } due && wakes < 300; wakes++)
            {
                if (world.Now < due)
                    world.Now = due;
                Begin(activation => activation.WakeAsync(), _ => { });
                world.Settle();
                klarna.Evolve();
            }

            foreach (var turn in turns.Where(turn => turn.IsFaulted))
                turn.GetAwaiter().GetResult();
        }

        private void Agree()
        {
            Assert.True(PaymentRequestMachine.IsFinal(State.Status), $"It never ends: {State.Status}.");
            if (State.Klarna is not { } known)
            {
                Assert.Equal(PaymentRequestStatus.Declined, State.Status);
                return;
            }

            var expected = klarna.Request(known.Id).State switch
            {
                KlarnaRequestState.Canceled => PaymentRequestStatus.Canceled,
                KlarnaRequestState.Completed => PaymentRequestStatus.Completed,
                KlarnaRequestState.Declined => PaymentRequestStatus.Declined,
                KlarnaRequestState.Expired => PaymentRequestStatus.Expired,
                var open => throw new InvalidOperationException($"{State.Status} although Klarna's is {open}."),
            };
            Assert.Equal(expected, State.Status);
        }
    }
}

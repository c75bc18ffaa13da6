using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Tests.Payment;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Walks;

/// <summary>Random walks of one payment through losses, duplicates, crashes, two activations at once and any order of events. Every walk is a
/// function of its seed; a failure names the seed and tells the story.</summary>
public sealed class PaymentWalkTests
{
    private const int WalksPerCourse = 1000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_happens_on_the_way_the_payment_ends_where_the_provider_is(int course)
    {
        // On the pool there is no synchronization context: what is picked runs at once and on this thread.
        var ends = await Task.Run(() => Enumerable.Range(0, WalksPerCourse)
            .Select(walk => Walk(course * 1_000_000 + walk, (Course)course))
            .CountBy(end => end)
            .ToDictionary());

        // A walk that never gets anywhere proves nothing.
        Assert.True(ends.Count >= 2, string.Join(", ", ends));
        Assert.True(
            (Course)course is Course.Declined || ends.GetValueOrDefault(PaymentStatus.Cancelled) > WalksPerCourse / 20, string.Join(", ",
            ends));
    }

    private static PaymentStatus Walk(int seed, Course course)
    {
        var world = new World(seed);
        var walk = new PaymentWalk(world, course);
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

    private sealed class PaymentWalk(World world, Course course)
    {
        private const int EventsMax = 60;

        private readonly SimulatedRow<PaymentState> row = new(world);
        private readonly SimulatedStripe stripe = new(world, course);
        private readonly SimulatedNetwork network = new(world);
        private readonly List<PaymentActivation> activations = [];
        private readonly List<Task> turns = [];
        private bool promised;
        private bool perhapsBegun;
        private bool perhapsCaptured;

        public PaymentState State => row.State;

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
                    Cancel(Sample.Merchant);
                    break;
                case 2 when world.Random.Next(4) == 0:
                    Cancel(Sample.Stranger);
                    break;
                case 2 when world.Random.Next(4) == 0:
                    Capture();
                    break;
                case 3 when world.Random.Next(4) == 0:
                    Begin(activation => activation.CreateAsync(), _ => { });
                    break;
                case 4:
                    stripe.Evolve();
                    world.Log($"evolved to {stripe.Current?.Status}");
                    break;
                case 5 when world.Random.Next(3) == 0 && activations.Count > 0:
                    world.Pick(activations.ToArray()).Die();
                    world.Log("an activation dies");
                    break;
                case 6 or 7 or 8 or 9:
                    Begin(activation => activation.WakeAsync(), _ => { });
                    break;
                case 10 when State.ProviderDueAt > world.Now && world.IsQuiet:
                    world.Now = State.ProviderDueAt.Value;
                    break;
                case 11:
                    world.Now += TimeSpan.FromSeconds(world.Random.NextDouble() * 5);
                    break;
                case 12 when stripe.Current is { } current:
                    Hint(current.Id);
                    break;
                default:
                    if (!world.IsQuiet)
                        world.Step();
                    break;
            }
        }

        private void Cancel(Guid merchant)
        {
            perhapsBegun |= merchant == Sample.Merchant;
            Begin(activation => activation.CancelAsync(merchant), outcome =>
            {
                world.Log($"cancel answered {outcome}");
                Assert.True(merchant == Sample.Merchant || outcome == CancelPaymentOutcome.NotFound);
                promised |= outcome == CancelPaymentOutcome.Accepted;
            });
        }

        private void Capture()
        {
            perhapsCaptured = true;
            Begin(activation => activation.CaptureAsync(world.Pick(Sample.Amount, Sample.Amount / 3)), outcome => world.Log($"capture answered {outcome}"));
        }

        /// <summary>An event of the provider: true, stale or about anything.</summary>
        private void Hint(string objectId)
        {
            var claim = world.Pick(Enum.GetNames<Intent>().Append(null).ToArray());
            Begin(
                activation => activation.HintAsync(new ProviderHint(objectId, claim is null ? null : objectId, claim)),
                step => world.Log($"hint of {claim} led to {step}"));
        }

        private void Begin<T>(Func<PaymentActivation, Task<T>> turn, Action<T> answered)
        {
            activations.RemoveAll(activation => !activation.IsAlive);
            var free = activations.Find(activation => !activation.IsBusy);
            if (free is null && activations.Count < 2)
                activations.Add(free = new PaymentActivation(world, row, stripe, network));
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

        /// <summary>No more faults; time passes until nothing is due within the longest schedule.</summary>
        private void Heal()
        {
            world.Settle();
            world.Faulty = false;
            world.Log("healed");
            for (var wakes = 0; State.ProviderDueAt is { } due && wakes < 400; wakes++)
            {
                if (world.Now < due)
                    world.Now = due;
                Begin(activation => activation.WakeAsync(), _ => { });
                world.Settle();
                if (world.Random.Next(8) == 0)
                    stripe.Evolve();
            }

            ThrowWhatTurnsThrew();
        }

        private void ThrowWhatTurnsThrew()
        {
            foreach (var turn in turns.Where(turn => turn.IsFaulted))
                turn.GetAwaiter().GetResult();
        }

        private void Agree()
        {
            var intent = stripe.Current;
            Assert.True(stripe.Intents.Count <= 1, "Charged twice.");
            Assert.True(stripe.Voids + stripe.EffectiveRefunds <= 1, "Given back more than once.");
            Assert.True(perhapsBegun || stripe.Voids + stripe.EffectiveRefunds == 0, "Given back although nobody asked.");
            Assert.True(stripe.Captures <= (perhapsCaptured ? 1 : 0), "Captured more often than asked for.");
            Assert.Equal(State.Status == PaymentStatus.Cancelled ? 1 : 0, State.Outbox.Count(static entry => entry.Event == "PAYMENT_CANCELLED"));
            Assert.Equal(State.OutboxSequence, State.Outbox.Select(static entry => entry.Id).Distinct().Count());
            if (promised)
                Assert.True(
                    State.Status is PaymentStatus.Cancelled or PaymentStatus.CancelFailed,
                    $"A cancel was answered 202 and ended as {State.Status}.");
            Assert.True(Agrees(State.Status, intent), $"{State.Status} although the intent is {intent?.Status} and {stripe.Refunded} went back.");
        }

        private bool Agrees(PaymentStatus status, PaymentIntentSnapshot? intent) => status switch
        {
            PaymentStatus.Cancelled => intent is null or { Status: Intent.Canceled }
                || (intent.Status == Intent.Succeeded && stripe.Refunded == intent.AmountReceivedMinor),
            PaymentStatus.Completed => intent is { Status: Intent.Succeeded } && stripe.EffectiveRefunds == 0,
            PaymentStatus.Failed => intent is null or { Status: Intent.RequiresPaymentMethod },
            PaymentStatus.Authorized => intent is { Status: Intent.RequiresCapture },
            PaymentStatus.Accepted => intent is { Status: Intent.Processing },
            PaymentStatus.AuthRequired => intent is { Status: Intent.RequiresAction },
            PaymentStatus.CancelFailed => intent is not null && intent.Status != Intent.Canceled && stripe.Refunded == 0,
            _ => false,
        };
    }
}

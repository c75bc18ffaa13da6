namespace Payments.Simulation.Engine;

/// <summary>
/// The whole of one run: one thread, one seed, one virtual clock. What can run waits in one list, and the seed picks which is next; what waits for
/// time waits in an agenda. Nothing in a run happens anywhere else, so a run depends on its seed alone.
/// </summary>
internal sealed class World(int seed, Trace? trace)
{
    /// <summary>The first instant of every run.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Near = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromMinutes(1);

    private readonly List<Work> ready = [];
    private readonly Agenda agenda = new();
    private readonly Agenda housekeeping = new();
    private readonly Agenda looks = new();
    private readonly Thread thread = Thread.CurrentThread;
    private TimeSpan nextLook;
    private ulong fingerprint = 14_695_981_039_346_656_037;

    public int Seed => seed;

    /// <summary>The only source of chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Tells the story; null when nobody listens.</summary>
    public Trace? Trace => trace;

    /// <summary>Since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>The true time; a machine's clock may be off.</summary>
    public DateTimeOffset Now => Start + Elapsed;

    /// <summary>As <see cref="Elapsed"/>, without the time that was jumped over. Housekeeping and idleness count in it.</summary>
    public TimeSpan Awake { get; private set; }

    public long Steps { get; private set; }

    /// <summary>A hash of everything that was picked and when: two runs of one seed must agree on it.</summary>
    public ulong Fingerprint => fingerprint;

    /// <summary>When something other than this world's events needs time next, for instance a row that becomes due; null for nothing.</summary>
    public Func<TimeSpan?> NextDuty { get; set; } = static () => null;

    /// <summary>Called before every step, so that faults can strike at any await.</summary>
    public Action BeforeStep { get; set; } = static () => { };

    /// <summary>Whether anything is planned or can run, background timers aside.</summary>
    public bool HasAppointments => ready.Count > 0 || agenda.Next is not null;

    /// <summary>True once in a while.</summary>
    public bool Chance(double probability) => Random.NextDouble() < probability;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Random.Next(choices.Length)];

    /// <summary>A span between the two, more often short than long.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most)
    {
        var share = Random.NextDouble();
        return least + (most - least) * (share * share);
    }

    /// <summary>Makes something ready to run on a machine.</summary>
    /// <exception cref="InvalidOperationException">It comes from another thread: something has escaped from the simulation.</exception>
    public void Post(Machine machine, object item)
    {
        EnsureHere(machine);
        ready.Add(new Work(machine, item));
    }

    /// <summary>Does something later that belongs to no machine: the world outside.</summary>
    public Appointment After(TimeSpan delay, Action run) => Timer(delay, run, Urgency.Awaited);

    /// <summary>As <see cref="After"/>, for a machine's timer.</summary>
    /// <param name="delay">From now.</param>
    /// <param name="run">What to do.</param>
    /// <param name="urgency">What it is for.</param>
    public Appointment Timer(TimeSpan delay, Action run, Urgency urgency)
    {
        EnsureHere(run);
        var appointment = new Appointment(run);
        return urgency switch
        {
            Urgency.Awaited => agenda.Add(Elapsed + delay, appointment),
            Urgency.Housekeeping => housekeeping.Add(Awake + delay, appointment),
            _ => looks.Add(Elapsed + delay, appointment),
        };
    }

    /// <summary>Lets one thing happen. False when nothing ever will.</summary>
    public bool Step()
    {
        Steps++;
        BeforeStep();
        if (ready.Count > 0)
        {
            RunOne();
            return true;
        }

        var duty = NextDuty();
        var isLookedFor = duty <= Elapsed;
        return AdvanceTo(NextInstant(duty, isLookedFor), isLookedFor);
    }

    /// <summary>Lets things happen until the condition holds, time is up, or nothing is left.</summary>
    public void RunUntil(Func<bool> isDone, TimeSpan end)
    {
        while (!isDone() && Elapsed < end && Step())
        {
        }
    }

    private void RunOne()
    {
        var index = Random.Next(ready.Count);
        var (machine, item) = ready[index];
        ready[index] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        Mix((ulong)index + 1);
        machine.Run(item);
    }

    /// <summary>Periodic work alone does not move time: when nothing else is near, time jumps to what is next, as on a machine that slept.</summary>
    private TimeSpan? NextInstant(TimeSpan? duty, bool isLookedFor)
    {
        var soonest = agenda.Next;
        var idle = housekeeping.Next is { } next ? Later(Elapsed, Elapsed + (next - Awake)) : (TimeSpan?)null;
        if (isLookedFor)
            return Earlier(soonest, Earlier(idle, looks.Next));
        var target = Earlier(soonest, duty);
        return target - Elapsed <= Near && idle < target ? idle : target;
    }

    private bool AdvanceTo(TimeSpan? instant, bool isLookedFor)
    {
        if (instant is not { } at)
            return false;
        if (at > Elapsed)
        {
            Awake += isLookedFor || at - Elapsed < Near ? at - Elapsed : Near;
            Elapsed = at;
        }

        Mix((ulong)Elapsed.Ticks);
        (agenda.TakeDue(Elapsed) ?? housekeeping.TakeDue(Awake))?.Run();
        if (isLookedFor || Awake >= nextLook)
            Look();
        return true;
    }

    private void Look()
    {
        nextLook = Awake + LookAtLeastEvery;
        while (looks.TakeDue(Elapsed) is { } look)
            look.Run();
    }

    private void EnsureHere(object who)
    {
        if (Thread.CurrentThread != thread)
            throw new InvalidOperationException($"Something has escaped from the simulation: {who} comes from another thread.");
    }

    private void Mix(ulong value) => fingerprint = (fingerprint ^ value) * 1_099_511_628_211;

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private readonly record struct Work(Machine Machine, object Item);
}

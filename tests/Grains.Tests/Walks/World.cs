namespace Payments.Grains.Tests.Walks;

/// <summary>A world in which everything that takes time waits in one place until chance picks it: one thread, one seed, any order.
/// What is picked resumes its waiter at once, so that a run depends on nothing but the seed.</summary>
internal sealed class World(int seed)
{
    private readonly List<(Func<bool> Alive, Action Run)> waiting = [];
    private readonly List<string> log = [];

    public Random Random { get; } = new(seed);

    public DateTimeOffset Now { get; set; } = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);

    /// <summary>While true, things go wrong.</summary>
    public bool Faulty { get; set; } = true;

    public bool IsQuiet => waiting.Count == 0;

    /// <summary>True once in a while, and never when the world has healed.</summary>
    public bool Unlucky(double probability) => Faulty && Random.NextDouble() < probability;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Random.Next(choices.Length)];

    public void Log(string what) => log.Add($"{Now:HH:mm:ss} {what}");

    public string Story => $"seed {seed}{Environment.NewLine}{string.Join(Environment.NewLine, log)}";

    /// <summary>Does something later, whether or not anybody still waits for it.</summary>
    public void Later(Action run) => waiting.Add((static () => true, run));

    /// <summary>Waits for chance. What <paramref name="work"/> throws is thrown to the waiter; a waiter that died is never resumed.</summary>
    public Task<T> LaterAsync<T>(Func<bool> alive, Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        waiting.Add((alive, () =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error) when (error is IOException or Orleans.Storage.InconsistentStateException)
            {
                done.SetException(error);
            }
        }));
        return done.Task;
    }

    /// <summary>Lets one thing happen.</summary>
    public void Step()
    {
        var index = Random.Next(waiting.Count);
        var (alive, run) = waiting[index];
        waiting.RemoveAt(index);
        if (alive())
            run();
    }

    /// <summary>Lets everything happen that is under way.</summary>
    public void Settle()
    {
        for (var steps = 0; waiting.Count > 0; steps++)
        {
            Assert.True(steps < 10_000, "It never becomes quiet.");
            Step();
        }
    }
}

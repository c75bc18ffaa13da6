using System.Diagnostics;

namespace Payments.CrashHost;

/// <summary>
/// The boundaries that the cases of a test pass: before and after every durable write and every external call that is about them. A case can be told
/// to stop at one of them. When all that were told so have arrived, this process ends by SIGKILL: nothing of what would have come next has happened to
/// any of them. With one case that is the moment of its arrival.
/// </summary>
internal sealed class CrashPoints
{
    private readonly Lock gate = new();
    private readonly List<Case> cases = [];

    /// <summary>Replaces the cases.</summary>
    public void Arm(IEnumerable<ArmedCase> armed)
    {
        lock (gate)
        {
            cases.Clear();
            cases.AddRange(armed.Select(static order => new Case(order)));
        }
    }

    /// <summary>What every case has passed, in order, and whether it has arrived where it was to stop.</summary>
    public IReadOnlyList<CaseProgress> Progress()
    {
        lock (gate)
            return [.. cases.Select(static known => new CaseProgress(known.Order.Name, [.. known.Passed], known.Arrived))];
    }

    /// <summary>Says that a case has arrived: for a call in flight the provider knows that, and this process does not.</summary>
    public void Arrive(string name)
    {
        lock (gate)
            Arrive(cases.Single(known => known.Order.Name == name));
    }

    /// <summary>Does <paramref name="work"/> between its two boundaries if it is about a case, else just does it.</summary>
    /// <param name="what">The kind of work, for instance <c>stripe cancel</c>.</param>
    /// <param name="isAbout">Whether it is about the one with this name.</param>
    /// <param name="work">The write or the call.</param>
    public async Task<T> PassAsync<T>(string what, Func<string, bool> isAbout, Func<Task<T>> work)
    {
        var (about, step) = Begin(what, isAbout);
        if (about is null)
            return await work();

        await ReachAsync(about, $"{step}: before");
        var result = await work();
        if (about.Order.StopAt == $"{step}: in flight")
            await Never();
        await ReachAsync(about, $"{step}: after");
        return result;
    }

    private (Case? About, string Step) Begin(string what, Func<string, bool> isAbout)
    {
        lock (gate)
        {
            var about = cases.Find(known => Array.Exists(known.Order.Subjects, subject => isAbout(subject)));
            return (about, about is null ? what : $"{what} {about.Count(what)}");
        }
    }

    private Task ReachAsync(Case about, string boundary)
    {
        lock (gate)
        {
            about.Passed.Add(boundary);
            if (about.Order.StopAt != boundary)
                return Task.CompletedTask;
            Arrive(about);
        }

        return Never();
    }

    private void Arrive(Case arrived)
    {
        arrived.Arrived = true;
        if (cases.TrueForAll(static known => known.Order.StopAt is null || known.Arrived))
            Process.GetCurrentProcess().Kill();
    }

    private static Task Never() => new TaskCompletionSource().Task;

    private sealed class Case(ArmedCase order)
    {
        private readonly Dictionary<string, int> counts = [];

        public ArmedCase Order => order;

        public List<string> Passed { get; } = [];

        public bool Arrived { get; set; }

        public int Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
    }
}

/// <summary>A case to watch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Subjects">What it is known by: rows as <c>grain type/key</c>, ids at the providers, ids in webhooks.</param>
/// <param name="StopAt">The boundary where it stops, or null to count only.</param>
internal sealed record ArmedCase(string Name, string[] Subjects, string? StopAt);

/// <summary>How far a case has come.</summary>
internal sealed record CaseProgress(string Name, IReadOnlyList<string> Passed, bool Arrived);

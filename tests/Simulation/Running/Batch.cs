namespace Payments.Simulation.Running;

/// <summary>Many seeds, several worlds at a time, each on a thread of its own.</summary>
internal static class Batch
{
    /// <summary>Runs the seeds.</summary>
    /// <param name="from">The first.</param>
    /// <param name="to">The last.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="finished">Told of every result, one after the other; no further seed begins once it returns false.</param>
    public static void Run(int from, int to, int jobs, Func<RunResult, bool> finished)
    {
        var gate = new Lock();
        long next = from;
        var goesOn = true;
        var threads = Enumerable.Range(0, jobs).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());

        void Work()
        {
            while (Volatile.Read(ref goesOn) && Interlocked.Increment(ref next) - 1 is var seed && seed <= to)
            {
                var result = SimulationRun.Of((int)seed);
                lock (gate)
                {
                    if (!finished(result))
                        Volatile.Write(ref goesOn, false);
                }
            }
        }
    }
}

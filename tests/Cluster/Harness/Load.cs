using System.Collections.Concurrent;

namespace Payments.Cluster.Harness;

/// <summary>Workers that create payments and cancel them until they are told to stop, and whatever went wrong with that.</summary>
public sealed class Load : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> marks = new();
    private readonly ConcurrentQueue<Guid> cancelled = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task workers;
    private int count;

    /// <summary>Starts workers.</summary>
    /// <param name="number">How many.</param>
    /// <param name="through">The nodes that they use in turn.</param>
    public Load(int number, params Node[] through) =>
        workers = Task.WhenAll(Enumerable.Range(0, number).Select(i => Task.Run(() => WorkAsync(through, i))));

    /// <summary>Payments whose cancel was answered 202.</summary>
    public IReadOnlyCollection<Guid> Cancelled => cancelled;

    /// <summary>Answers other than 202, and calls without an answer.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>Completes when so many more cancels were answered.</summary>
    public Task ProceedAsync(int more)
    {
        var goal = Volatile.Read(ref count) + more;
        var mark = marks.GetOrAdd(goal, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Volatile.Read(ref count) >= goal)
            mark.TrySetResult();
        return mark.Task.WaitAsync(TestCluster.Patience);
    }

    /// <summary>Lets every worker finish what it is at.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await workers;
    }

    /// <summary>One payment, from its create to the answer of its cancel.</summary>
    public async Task CancelOneAsync(Node create, Node cancel)
    {
        try
        {
            var payment = await TestCluster.AuthorizeAsync(create.Grains);
            var (status, body) = await cancel.Http.CancelAsync(payment);
            if (status != 202)
            {
                failures.Enqueue($"{status} {body}");
                return;
            }

            cancelled.Enqueue(payment);
            if (marks.TryGetValue(Interlocked.Increment(ref count), out var mark))
                mark.TrySetResult();
        }
        catch (Exception error)
        {
            failures.Enqueue(error.ToString());
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task WorkAsync(Node[] through, int worker)
    {
        for (var i = worker; !stop.IsCancellationRequested; i++)
            await CancelOneAsync(through[i % through.Length], through[(i + 1) % through.Length]);
    }
}

using Orleans.Runtime;

namespace Payments.Cluster.Harness;

/// <summary>Sees every reminder that reaches a retry shard, and on which node.</summary>
public sealed class ReminderBoard(int shards)
{
    private readonly Lock gate = new();
    private readonly HashSet<GrainId> seen = [];
    private HashSet<int> nodes = [];
    private TaskCompletionSource all = new();

    /// <summary>What a node is given to report here.</summary>
    public IIncomingGrainCallFilter ReporterOf(int node) => new Reporter(this, node);

    /// <summary>Completes when every shard has had a reminder, from now on, on one of some nodes.</summary>
    public Task AllShardsAsync(params int[] onNodes)
    {
        lock (gate)
        {
            nodes = [.. onNodes];
            seen.Clear();
            all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return all.Task.WaitAsync(TestCluster.Patience);
        }
    }

    private void Report(int node, GrainId shard)
    {
        lock (gate)
        {
            if (nodes.Contains(node) && seen.Add(shard) && seen.Count == shards)
                all.TrySetResult();
        }
    }

    private sealed class Reporter(ReminderBoard board, int node) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod.Name == nameof(IRemindable.ReceiveReminder))
                board.Report(node, context.TargetId);
            return context.Invoke();
        }
    }
}

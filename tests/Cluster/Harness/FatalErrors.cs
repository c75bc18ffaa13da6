using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Payments.Cluster.Harness;

/// <summary>Keeps what would end a silo's process: the others have declared it dead, or it has a defect. Here it would end the test run without a word.</summary>
public sealed class FatalErrors : IFatalErrorHandler
{
    private readonly ConcurrentQueue<string> messages = new();

    /// <summary>What happened so far.</summary>
    public IReadOnlyCollection<string> Messages => messages;

    /// <inheritdoc />
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc />
    public void OnFatalException(object? sender, string? context, Exception? exception) => messages.Enqueue($"{sender} {context} {exception}");
}

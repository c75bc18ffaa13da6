namespace Payments.Grains.Tests.Runtime;

/// <summary>Stops something at a known point until the test lets it go on.</summary>
internal sealed class Hold
{
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the point is reached.</summary>
    public Task Arrived => arrived.Task.WaitAsync(TestSilo.Patience);

    public void Release() => released.TrySetResult();

    /// <summary>Called at the point.</summary>
    public Task PassAsync()
    {
        arrived.TrySetResult();
        return released.Task.WaitAsync(TestSilo.Patience);
    }
}

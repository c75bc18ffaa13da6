namespace Payments;

/// <summary>Waits at the host's start for the first silo.</summary>
internal sealed class ClusterPatience(PaymentsClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private readonly long began = time.GetTimestamp();

    /// <summary>Called by the client after each failed attempt.</summary>
    /// <returns>True: try again.</returns>
    /// <exception cref="ClusterUnreachableException">Waiting is no use, or was long enough.</exception>
    public async Task<bool> ShouldRetryAsync(Exception failure, CancellationToken cancellationToken)
    {
        var reason = failure.Message.ReplaceLineEndings(" ");
        if (ClusterDatabase.IsHopeless(failure))
        {
            throw new ClusterUnreachableException(
                $"{ClusterDatabase.Describe(options.ConnectionString!)} cannot be used: {reason}", failure);
        }

        if (time.GetElapsedTime(began) > options.ConnectTimeout)
        {
            throw new ClusterUnreachableException(
                $"No silo of cluster '{options.ClusterId}' could be reached within {options.ConnectTimeout}: {reason}", failure);
        }

        await Task.Delay(RetryWait, time, cancellationToken);
        return true;
    }
}

namespace Payments;

/// <summary>The host's start found no silo in time, or cannot ask where they are. The message is one plain line for an operator, without a
/// password.</summary>
public sealed class ClusterUnreachableException : Exception
{
    /// <summary>Names what could not be reached.</summary>
    public ClusterUnreachableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

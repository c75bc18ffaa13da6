namespace Payments.Storage;

/// <summary>The database cannot be used at all. The message is one plain line for an operator: what is wrong and what to do, never a
/// password.</summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Without a cause.</summary>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With the database's own exception as cause.</summary>
    public StorageUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

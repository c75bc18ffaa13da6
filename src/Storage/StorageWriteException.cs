namespace Payments.Storage;

/// <summary>A write was not confirmed. The grain's ETag is unchanged; read the row again before deciding anything.</summary>
public sealed class StorageWriteException : Exception
{
    /// <summary>Names what happened and whether the write may have been stored all the same.</summary>
    public StorageWriteException(string message, bool outcomeUnknown, Exception? innerException = null)
        : base(message, innerException)
    {
        OutcomeUnknown = outcomeUnknown;
    }

    /// <summary>True: the write may be in the database or may still arrive there. False: it certainly is not.</summary>
    public bool OutcomeUnknown { get; }
}

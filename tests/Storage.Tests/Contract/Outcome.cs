namespace Payments.Storage.Tests;

/// <summary>How a task ended.</summary>
internal static class Outcome
{
    /// <summary>The exception, or null.</summary>
    public static async Task<Exception?> OfAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}

namespace Payments.CancelWorker;

/// <summary>Standard input, line by line.</summary>
internal static class Lines
{
    /// <summary>Reads to the end.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(TextReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            yield return line;
    }
}

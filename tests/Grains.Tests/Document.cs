namespace Payments.Grains.Tests;

/// <summary>Reads files of the repository that tests hold against the code.</summary>
internal static class Document
{
    /// <summary>The text of a file.</summary>
    /// <param name="path">From the repository's root.</param>
    public static string Read(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
            folder = folder.Parent;
        return File.ReadAllText(Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository."), path));
    }
}

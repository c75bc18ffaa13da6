namespace Payments.Mutation;

/// <summary>A copy of the sources beside the build output, to be mutated and built there. It is kept, so that the next run builds only what changed.</summary>
internal sealed class WorkingCopy
{
    private static readonly string[] NoSources = ["artifacts", "data", ".git", ".vs", ".idea", ".vscode"];

    private readonly string source;

    private WorkingCopy(string source, string root) => (this.source, Root) = (source, root);

    /// <summary>Its root.</summary>
    public string Root { get; }

    /// <summary>Makes the copy equal to the sources.</summary>
    /// <param name="source">The repository's root.</param>
    public static WorkingCopy Take(string source)
    {
        var copy = new WorkingCopy(source, Path.Combine(source, "artifacts", "mutants"));
        Directory.CreateDirectory(copy.Root);
        var wanted = Files(source);
        foreach (var gone in Files(copy.Root).Except(wanted))
            File.Delete(Path.Combine(copy.Root, gone));
        foreach (var path in wanted)
            copy.Restore(path);
        return copy;
    }

    /// <summary>Writes a mutated file.</summary>
    public void Mutate(Mutant mutant) =>
        File.WriteAllText(Path.Combine(Root, mutant.File), mutant.Apply(File.ReadAllText(Path.Combine(source, mutant.File))));

    /// <summary>Makes one file equal to its source again. What is equal keeps its time: builds go by it.</summary>
    public void Restore(string path)
    {
        var (from, to) = (Path.Combine(source, path), Path.Combine(Root, path));
        var content = File.ReadAllBytes(from);
        if (File.Exists(to) && content.AsSpan().SequenceEqual(File.ReadAllBytes(to)))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.WriteAllBytes(to, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    private static HashSet<string> Files(string root) =>
    [
        .. new DirectoryInfo(root).EnumerateFileSystemInfos()
            .Where(static entry => !NoSources.Contains(entry.Name))
            .SelectMany(static entry => entry is DirectoryInfo folder ? folder.EnumerateFiles("*", SearchOption.AllDirectories) : [(FileInfo)entry])
            .Select(file => Path.GetRelativePath(root, file.FullName)),
    ];
}

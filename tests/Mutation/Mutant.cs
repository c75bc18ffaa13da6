namespace Payments.Mutation;

/// <summary>A guard, and how it is switched off. Declared by a file under <c>tests/Mutation/mutants</c>.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Guard">What the guard guarantees.</param>
/// <param name="Mutation">What the mutant does instead.</param>
/// <param name="File">The source file, from the repository's root.</param>
/// <param name="Edits">What is changed in it; several when the guard stands in several places of one file.</param>
/// <param name="Tests">The tests that must fail, each of them.</param>
public sealed record Mutant(string Name, string Guard, string Mutation, string File, IReadOnlyList<Edit> Edits, IReadOnlyList<NamedTest> Tests)
{
    /// <summary>Where the declarations are, from the repository's root.</summary>
    public const string Folder = "tests/Mutation/mutants";

    private const string OriginalMark = "--- original\n";
    private const string ReplacementMark = "--- replacement\n";

    /// <summary>Reads all declarations.</summary>
    /// <param name="root">The repository's root.</param>
    /// <exception cref="FormatException">One of them is malformed; the message names it.</exception>
    public static IReadOnlyList<Mutant> Load(string root) =>
        [.. Directory.GetFiles(Path.Combine(root, Folder), "*.txt").Order(StringComparer.Ordinal).Select(Parse)];

    /// <summary>The source with the guard switched off.</summary>
    /// <exception cref="FormatException">An original does not occur in it exactly once.</exception>
    public string Apply(string source)
    {
        foreach (var (original, replacement) in Edits)
        {
            var parts = source.Split(original);
            source = parts.Length == 2
                ? string.Join(replacement, parts)
                : throw new FormatException($"{Name}: {File} contains this {parts.Length - 1} times, and not once:\n{original}");
        }

        return source;
    }

    private static Mutant Parse(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var parts = System.IO.File.ReadAllText(path).Split(OriginalMark);
        var edits = parts[1..].Select(part => part.Split(ReplacementMark) is [var original, var replacement]
            ? new Edit(original.TrimEnd('\n'), replacement.TrimEnd('\n'))
            : throw new FormatException($"{name}: each '--- original' needs one '--- replacement' after it.")).ToList();
        var head = parts[0].Split('\n').Select(static line => line.Split(": ", 2)).ToLookup(static pair => pair[0], static pair => pair[^1]);
        string One(string key) => head[key].Count() == 1 ? head[key].Single() : throw new FormatException($"{name}: one line '{key}: …' is needed.");
        return new Mutant(name, One("guard"), One("mutation"), One("file"), edits, [.. head["test"].Select(NamedTest.Parse)]);
    }
}

/// <summary>A change of a source file.</summary>
/// <param name="Original">Lines that are the guard, or a part of it.</param>
/// <param name="Replacement">What stands there in the mutant.</param>
public sealed record Edit(string Original, string Replacement);

/// <summary>A test that a mutant must not survive.</summary>
/// <param name="Project">The test project, a folder under <c>tests</c>.</param>
/// <param name="Class">The class that runs it.</param>
/// <param name="Method">The method.</param>
public sealed record NamedTest(string Project, string Class, string Method)
{
    /// <summary>The project file, from the repository's root.</summary>
    public string ProjectFile => $"tests/{Project}/{Project}.csproj";

    /// <summary>Reads <c>Project Class.Method</c>.</summary>
    public static NamedTest Parse(string text) => text.Split(' ', '.') is [.. var project, var @class, var method] && project.Length > 0
        ? new NamedTest(string.Join('.', project), @class, method)
        : throw new FormatException($"'{text}' is not 'Project Class.Method'.");

    /// <summary>Whether a test of this name, as a test run reports it, is this one or one of its cases.</summary>
    public bool Is(string reported) =>
        reported.EndsWith($".{Class}.{Method}", StringComparison.Ordinal) || reported.Contains($".{Class}.{Method}(", StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => $"{Class}.{Method}";
}

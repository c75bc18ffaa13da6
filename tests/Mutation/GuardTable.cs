namespace Payments.Mutation;

/// <summary>The table of the guards in <c>docs/reliability.md</c>.</summary>
public static class GuardTable
{
    /// <summary>The document, from the repository's root.</summary>
    public const string Document = "docs/reliability.md";

    private const string Heading = "| guard | switched off, as `./dev mutate` does it | tests that fail |";

    /// <summary>The table as the declarations have it, and as the document has it.</summary>
    public static (string Declared, string Documented) Compare(string root)
    {
        var lines = File.ReadAllLines(Path.Combine(root, Document));
        var documented = lines.SkipWhile(static line => line != Heading).TakeWhile(static line => line.StartsWith('|'));
        return (string.Join('\n', Rows(root)), string.Join('\n', documented));
    }

    /// <summary>The table as the declarations have it.</summary>
    public static IEnumerable<string> Rows(string root) =>
    [
        Heading, "|---|---|---|",
        .. Mutant.Load(root).Select(static mutant => $"| {mutant.Guard} | `{mutant.Name}`: {mutant.Mutation} | {string.Join(", ", mutant.Tests.Select(Cell))} |"),
    ];

    private static string Cell(NamedTest test) => $"`{test.Project}` `{test}`";
}

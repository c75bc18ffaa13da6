namespace Payments.Deployment.Tests.Files;

/// <summary>haproxy.cfg, as sections of words.</summary>
public sealed class ProxyConfig
{
    private readonly List<(string Name, List<string[]> Lines)> sections = [];

    private ProxyConfig(string text)
    {
        foreach (var line in text.Split('\n').Where(static line => line.Trim() is { Length: > 0 } content && content[0] != '#'))
        {
            if (!char.IsWhiteSpace(line[0]))
                sections.Add((line.Trim(), []));
            else
                sections[^1].Lines.Add(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>Reads it.</summary>
    public static ProxyConfig Parse(string text) => new(text);

    /// <summary>The lines of a section that begin with the given words, without these.</summary>
    public IReadOnlyList<string[]> Find(string section, params string[] begin) =>
    [
        .. sections.Where(candidate => candidate.Name == section).SelectMany(static found => found.Lines)
            .Where(line => line.AsSpan().StartsWith(begin)).Select(line => line[begin.Length..]),
    ];

    /// <summary>The words after the given ones, in every section.</summary>
    public IReadOnlyList<string[]> FindAnywhere(params string[] begin) =>
        [.. sections.Select(static section => section.Name).Distinct().SelectMany(section => Find(section, begin))];

    /// <summary>The port that a frontend listens on.</summary>
    public int Port(string frontend) => int.Parse(Find($"frontend {frontend}", "bind").Single()[0].Split(':')[^1]);

    /// <summary>Names of the backends.</summary>
    public IReadOnlyList<string> Backends =>
        [.. sections.Where(static section => section.Name.StartsWith("backend ", StringComparison.Ordinal))
            .Select(static section => section.Name[8..])];
}

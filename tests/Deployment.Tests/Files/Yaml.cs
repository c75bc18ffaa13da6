using YamlDotNet.RepresentationModel;

namespace Payments.Deployment.Tests.Files;

/// <summary>A value of a YAML file that knows where it stands. Merge keys (<c>&lt;&lt;</c>) are resolved: what a mapping says itself
/// wins.</summary>
public sealed class Yaml
{
    private readonly YamlNode node;

    private Yaml(string path, YamlNode node) => (Path, this.node) = (path, node);

    /// <summary>For messages: <c>services.silo1.image</c>.</summary>
    public string Path { get; }

    /// <summary>A scalar's text.</summary>
    public string Text => node is YamlScalarNode scalar ? scalar.Value ?? "" : throw new FormatException($"{Path} is not a single value.");

    /// <summary>A sequence's items.</summary>
    public IReadOnlyList<Yaml> Items => node is YamlSequenceNode sequence
        ? [.. sequence.Children.Select((child, index) => new Yaml($"{Path}[{index}]", child))]
        : throw new FormatException($"{Path} is not a list.");

    /// <summary>A sequence of scalars.</summary>
    public IReadOnlyList<string> Texts => [.. Items.Select(static item => item.Text)];

    /// <summary>Whether this is a sequence.</summary>
    public bool IsList => node is YamlSequenceNode;

    /// <summary>Whether this is a mapping.</summary>
    public bool IsMap => node is YamlMappingNode;

    /// <summary>A mapping's entries.</summary>
    public IReadOnlyDictionary<string, Yaml> Entries => node is YamlMappingNode map
        ? Merge(map).ToDictionary(static entry => entry.Key, entry =>
            new Yaml(Path.Length == 0 ? entry.Key : $"{Path}.{entry.Key}", entry.Value))
        : throw new FormatException($"{Path} is not a mapping.");

    /// <summary>A mapping of scalars.</summary>
    public IReadOnlyDictionary<string, string> TextEntries => Entries
        .ToDictionary(static entry => entry.Key, static entry => entry.Value.Text);

    /// <summary>An entry that may be missing.</summary>
    public Yaml? this[string key] => IsMap ? Entries.GetValueOrDefault(key) : throw new FormatException($"{Path} is not a mapping.");

    /// <summary>Reads one document.</summary>
    /// <exception cref="FormatException">It is not one YAML document.</exception>
    public static Yaml Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlDotNet.Core.YamlException error)
        {
            throw new FormatException($"Not YAML: {error.Start}: {error.Message}", error);
        }

        return stream.Documents.Count == 1 ? new Yaml("", stream.Documents[0].RootNode) : throw new FormatException("Not one document.");
    }

    /// <summary>The entry at a path that must be there.</summary>
    public Yaml At(params string[] keys) =>
        keys.Aggregate(this, static (value, key) => value[key] ?? throw new FormatException($"{value.Path}.{key} is missing."));

    private static Dictionary<string, YamlNode> Merge(YamlMappingNode map)
    {
        var all = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: "<<" })
            {
                foreach (var inherited in Merge((YamlMappingNode)value))
                    all.TryAdd(inherited.Key, inherited.Value);
            }
        }

        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: not "<<" and { } name })
                all[name] = value;
        }

        return all;
    }
}

namespace Payments.Deployment.Tests.Files;

/// <summary>The Dockerfile's stages.</summary>
public sealed class DockerFile
{
    private readonly Dictionary<string, string> arguments = [];

    private DockerFile(string text)
    {
        foreach (var line in Lines(text))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["ARG", var argument] when Stages.Count == 0:
                    arguments[argument.Split('=')[0]] = argument.Split('=', 2)[1];
                    break;
                case ["FROM", var image, "AS", var name]:
                    Stages.Add(name, new DockerStage(name, Resolve(image), Stages.GetValueOrDefault(Resolve(image))));
                    break;
                case [var instruction, .. var rest] when Stages.Count > 0:
                    Stages.Values.Last().Add(instruction, rest, line);
                    break;
                default:
                    throw new FormatException($"Dockerfile: '{line}' is not understood.");
            }
        }
    }

    /// <summary>By name, in their order.</summary>
    public OrderedDictionary<string, DockerStage> Stages { get; } = [];

    /// <summary>Reads it.</summary>
    public static DockerFile Parse(string text) => new(text);

    private static IEnumerable<string> Lines(string text) => text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        .Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#');

    private string Resolve(string image) =>
        image.StartsWith("${", StringComparison.Ordinal) ? arguments[image[2..^1]] : image;
}

/// <summary>One stage.</summary>
public sealed class DockerStage(string name, string image, DockerStage? parent)
{
    private static readonly HashSet<string> Instructions = ["WORKDIR", "ENV", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"];
    private readonly List<DockerCopy> copies = [];
    private readonly List<string> lines = [];
    private string? user;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The image, or stage, it begins with.</summary>
    public string Image => image;

    /// <summary>The stage it begins with; null when it begins with an image.</summary>
    public DockerStage? Parent => parent;

    /// <summary>Who runs it: the last USER of it, or of the stages before.</summary>
    public string? User => user ?? parent?.User;

    /// <summary>What is copied, that of the stages before included.</summary>
    public IEnumerable<DockerCopy> Copies => (parent?.Copies ?? []).Concat(copies);

    /// <summary>Its instructions.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>Takes one instruction.</summary>
    public void Add(string instruction, string[] rest, string line)
    {
        if (!Instructions.Contains(instruction))
            throw new FormatException($"Dockerfile: nobody reads {instruction}.");
        lines.Add(line);
        if (instruction == "USER")
            user = rest[0];
        if (instruction == "COPY")
        {
            var paths = rest.Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
            var from = rest.FirstOrDefault(static word => word.StartsWith("--from=", StringComparison.Ordinal))?["--from=".Length..];
            copies.Add(new DockerCopy(from, paths[..^1], paths[^1]));
        }
    }
}

/// <summary>One COPY.</summary>
/// <param name="From">The stage; null for the repository.</param>
/// <param name="Sources">What.</param>
/// <param name="Target">Where to.</param>
public sealed record DockerCopy(string? From, IReadOnlyList<string> Sources, string Target);

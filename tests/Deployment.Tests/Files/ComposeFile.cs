using System.Text.RegularExpressions;

namespace Payments.Deployment.Tests.Files;

/// <summary>docker-compose.yml. Keys that this reader does not know are refused, so that a misspelt one is not simply without
/// effect.</summary>
public sealed partial class ComposeFile
{
    private static readonly HashSet<string> TopKeys = ["name", "services", "networks", "volumes", "secrets"];

    private ComposeFile(Yaml yaml)
    {
        foreach (var key in yaml.Entries.Keys.Where(static key => !TopKeys.Contains(key)
            && !key.StartsWith("x-", StringComparison.Ordinal)))
            throw new FormatException($"docker-compose.yml: nobody reads '{key}'.");
        Services = yaml.At("services").Entries.ToDictionary(static entry => entry.Key, static entry =>
            new ComposeService(entry.Key, entry.Value));
        Networks = yaml.At("networks").Entries.ToDictionary(static entry => entry.Key, static entry =>
            entry.Value["internal"]?.Text == "true");
        Volumes = [.. yaml.At("volumes").Entries.Keys];
        SecretFiles = yaml.At("secrets").Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.At("file").Text);
    }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    /// <summary>By name, whether a network has no way out.</summary>
    public IReadOnlyDictionary<string, bool> Networks { get; }

    /// <summary>Named volumes.</summary>
    public IReadOnlyList<string> Volumes { get; }

    /// <summary>By secret, the file on this machine.</summary>
    public IReadOnlyDictionary<string, string> SecretFiles { get; }

    /// <summary>Those that run the silo's program as a server.</summary>
    public IEnumerable<ComposeService> Silos => Services.Values
        .Where(static service => service.Target == "silo" && service.Command is ["serve"]);

    /// <summary>The one service of an image or build target.</summary>
    public ComposeService Only(Func<ComposeService, bool> which, string what) =>
        Services.Values.Where(which).ToArray() is [var one] ? one
            : throw new FormatException($"docker-compose.yml: not exactly one {what}.");

    /// <summary>The database.</summary>
    public ComposeService Postgres => Only(static service => service.ImageName == "postgres", "postgres");

    /// <summary>The reverse proxy.</summary>
    public ComposeService ProxyService => Only(static service => service.ImageName == "haproxy", "haproxy");

    /// <summary>The sandbox.</summary>
    public ComposeService Sandbox => Only(static service => service.Target == "sandbox", "sandbox");

    /// <summary>Services that run once: others wait for their success.</summary>
    public IReadOnlySet<string> OneShots => Services.Values.SelectMany(static service => service.DependsOn)
        .Where(static dependency => dependency.Value == "service_completed_successfully").Select(static dependency => dependency.Key)
            .ToHashSet();

    /// <summary>Reads the file as compose does without an environment: <c>${NAME:-default}</c> is its default.</summary>
    /// <exception cref="FormatException">It says something that nobody reads.</exception>
    public static ComposeFile Parse(string text)
    {
        var interpolated = Interpolation().Replace(text, static match => match.Groups["default"].Success
            ? match.Groups["default"].Value
            : throw new FormatException($"docker-compose.yml: {match.Value} has no default."));
        return new ComposeFile(Yaml.Parse(interpolated));
    }

    [GeneratedRegex(@"\$\{[A-Z_]+(?::-(?<default>[^}]*))?\}")]
    private static partial Regex Interpolation();
}

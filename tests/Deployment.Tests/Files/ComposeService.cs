namespace Payments.Deployment.Tests.Files;

/// <summary>One service of docker-compose.yml.</summary>
public sealed class ComposeService
{
    private static readonly HashSet<string> Keys =
    [
        "image", "build", "user", "command", "environment", "env_file", "ports", "volumes", "secrets", "networks", "depends_on",
        "healthcheck", "restart",
        "read_only", "cap_drop", "security_opt", "tmpfs", "logging", "stop_grace_period", "shm_size", "deploy",
    ];

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It says something that nobody reads, or lacks what every service needs.</exception>
    public ComposeService(string name, Yaml yaml)
    {
        foreach (var key in yaml.Entries.Keys.Where(static key => !Keys.Contains(key)))
            throw new FormatException($"services.{name}: nobody reads '{key}'.");
        Name = name;
        Yaml = yaml;
        Image = yaml.At("image").Text;
        Target = yaml["build"]?.At("target").Text;
        Command = yaml["command"]?.Texts ?? [];
        Environment = yaml["environment"]?.TextEntries ?? new Dictionary<string, string>();
        Secrets = [.. (yaml["secrets"]?.Items ?? []).Select(static item => item.IsMap
            ? (item.At("source").Text, item.At("target").Text)
            : (item.Text, item.Text))];
        Mounts = [.. (yaml["volumes"]?.Texts ?? []).Select(text => Mount.Parse(name, text))];
        Ports = [.. (yaml["ports"]?.Texts ?? []).Select(text => PublishedPort.Parse(name, text))];
        Networks = ReadNetworks(yaml.At("networks"));
        DependsOn = yaml["depends_on"]?.Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.At("condition").Text)
            ?? [];
        Health = yaml["healthcheck"] is { } health && health["disable"]?.Text != "true" ? health : null;
    }

    /// <summary>Its name, which is also its host name.</summary>
    public string Name { get; }

    /// <summary>Everything else.</summary>
    public Yaml Yaml { get; }

    /// <summary>With its tag.</summary>
    public string Image { get; }

    /// <summary>Without its tag.</summary>
    public string ImageName => Image.Split(':')[0];

    /// <summary>The stage of the Dockerfile that builds the image; null for an image of somebody else.</summary>
    public string? Target { get; }

    /// <summary>What its program is told.</summary>
    public IReadOnlyList<string> Command { get; }

    /// <summary>Variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Which secret is which file below <c>/run/secrets</c>.</summary>
    public IReadOnlyList<(string Source, string Target)> Secrets { get; }

    /// <summary>Files and volumes.</summary>
    public IReadOnlyList<Mount> Mounts { get; }

    /// <summary>Ports of this machine.</summary>
    public IReadOnlyList<PublishedPort> Ports { get; }

    /// <summary>Networks, and under which names besides its own it is found there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Networks { get; }

    /// <summary>Which services it waits for, and for what.</summary>
    public IReadOnlyDictionary<string, string> DependsOn { get; }

    /// <summary>Its health check, unless it has none.</summary>
    public Yaml? Health { get; }

    /// <summary>The address that its health check asks, if it asks one.</summary>
    public Uri? HealthAddress => Health?.At("test").Texts.Where(static word => word.StartsWith("http://", StringComparison.Ordinal))
        .Select(static word => new Uri(word)).FirstOrDefault();

    /// <summary>A time such as <c>45s</c>.</summary>
    public static TimeSpan Duration(Yaml value) => value.Text switch
    {
        [.. var number, 's'] when int.TryParse(number, out var seconds) => TimeSpan.FromSeconds(seconds),
        [.. var number, 'm'] when int.TryParse(number, out var minutes) => TimeSpan.FromMinutes(minutes),
        _ => throw new FormatException($"{value.Path}: '{value.Text}' is not a time."),
    };

    private static Dictionary<string, IReadOnlyList<string>> ReadNetworks(Yaml networks) => networks.IsList
        ? networks.Texts.ToDictionary(static name => name, static _ => (IReadOnlyList<string>)[])
        : networks.Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value["aliases"]?.Texts ?? []);
}

/// <summary>A file of the repository, or a named volume, in a container.</summary>
public sealed record Mount(string Source, string Target, bool ReadOnly)
{
    /// <summary>Whether the source is a path on this machine.</summary>
    public bool IsFile => Source.StartsWith('.') || Source.StartsWith('/');

    /// <summary>The source as a path below the repository.</summary>
    public string RepositoryPath => Source.StartsWith("./", StringComparison.Ordinal) ? Source[2..] : Source;

    /// <summary><c>source:target[:ro]</c>.</summary>
    public static Mount Parse(string service, string text) => text.Split(':') switch
    {
        [var source, ['/', ..] target] => new Mount(source, target, ReadOnly: false),
        [var source, ['/', ..] target, "ro"] => new Mount(source, target, ReadOnly: true),
        _ => throw new FormatException($"services.{service}.volumes: '{text}' is not source:/target or source:/target:ro."),
    };
}

/// <summary>A port of this machine that leads into a container.</summary>
public sealed record PublishedPort(string Address, int Port, int ContainerPort)
{
    /// <summary><c>address:port:port</c>.</summary>
    public static PublishedPort Parse(string service, string text) => text.Split(':') switch
    {
        [var address, var port, var container] when int.TryParse(port, out var outside)
            && int.TryParse(container, out var inside) => new(address, outside, inside),
        _ => throw new FormatException($"services.{service}.ports: '{text}' is not address:port:port."),
    };
}

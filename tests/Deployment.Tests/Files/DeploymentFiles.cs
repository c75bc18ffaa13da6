namespace Payments.Deployment.Tests.Files;

/// <summary>The repository as the deployment sees it. A test can look at it with one text changed, to see whether anybody
/// notices.</summary>
public sealed class DeploymentFiles
{
    /// <summary>Paths of the files, as this class names them.</summary>
    public const string Compose = "docker-compose.yml";

    /// <summary>The images.</summary>
    public const string Dockerfile = "Dockerfile";

    /// <summary>The reverse proxy.</summary>
    public const string Proxy = "deploy/proxy/haproxy.cfg";

    /// <summary>The merchants of the compose profile.</summary>
    public const string Merchants = "deploy/silo/appsettings.Compose.json";

    /// <summary>Makes the secrets.</summary>
    public const string MakeSecrets = "deploy/make-secrets";

    private readonly Dictionary<string, string?> changed = [];

    /// <summary>Where the repository lies.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>This repository with one text changed in one file.</summary>
    /// <exception cref="InvalidOperationException">The text is not there: the change would test nothing.</exception>
    public static DeploymentFiles With(string path, string text, string instead)
    {
        var files = new DeploymentFiles();
        var original = files.Read(path);
        if (!original.Contains(text, StringComparison.Ordinal))
            throw new InvalidOperationException($"{path} does not contain '{text}'.");
        files.changed[path] = original.Replace(text, instead, StringComparison.Ordinal);
        return files;
    }

    /// <summary>This repository without one file.</summary>
    public static DeploymentFiles Without(string path) => new() { changed = { [path] = null } };

    /// <summary>A file's text.</summary>
    public string Read(string path) => changed.TryGetValue(path, out var text)
        ? text ?? throw new FileNotFoundException(path)
        : File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Whether there is such a file or directory.</summary>
    public bool Exists(string path) => changed.TryGetValue(path.TrimEnd('/'), out var text) ? text is not null
        : Path.Exists(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}

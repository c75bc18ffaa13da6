using Microsoft.Extensions.Configuration;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>The deployment's files, read.</summary>
public sealed class Deployment(DeploymentFiles files)
{
    /// <summary>The texts.</summary>
    public DeploymentFiles Files => files;

    /// <summary>docker-compose.yml.</summary>
    public ComposeFile Compose { get; } = ComposeFile.Parse(files.Read(DeploymentFiles.Compose));

    /// <summary>The Dockerfile.</summary>
    public DockerFile Docker { get; } = DockerFile.Parse(files.Read(DeploymentFiles.Dockerfile));

    /// <summary>haproxy.cfg.</summary>
    public ProxyConfig Proxy { get; } = ProxyConfig.Parse(files.Read(DeploymentFiles.Proxy));

    /// <summary>What the silo's program reads from its files and a service's variables: everything but the secrets.</summary>
    public IConfigurationRoot ConfigurationOf(ComposeService silo) => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(DeploymentFiles.Root, "src/Silo/appsettings.json"))
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(files.Read(DeploymentFiles.Merchants))))
        .AddInMemoryCollection(silo.Environment.Select(static pair =>
            KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value)))
        .Build();

    /// <summary>Everything that contradicts the code or itself.</summary>
    /// <param name="files">The deployment.</param>
    /// <param name="programs">The programs, running, to ask them for their paths.</param>
    public static IReadOnlyList<string> ProblemsOf(DeploymentFiles files, IPrograms programs)
    {
        Func<Deployment, IEnumerable<string>>[] rules =
        [
            ImageRules.Check, HardeningRules.Check, MountRules.Check, SecretRules.Check, SettingRules.Check, AddressRules.Check,
            deployment => HealthRules.Check(deployment, programs), deployment => ProxyRules.Check(deployment, programs),
            DependencyRules.Check, SizeRules.Check, TelemetryRules.Check,
        ];
        var problems = new List<string>();
        if (Try(problems, () => new Deployment(files)) is { } deployment)
        {
            foreach (var rule in rules)
                Try(problems, () => problems.AddRange(rule(deployment)));
        }

        return problems;
    }

    private static void Try(List<string> problems, Action action) => Try(problems, () =>
    {
        action();
        return true;
    });

    /// <summary>What cannot even be read is a problem, too, and the other rules still have their say.</summary>
    private static T? Try<T>(List<string> problems, Func<T> function)
    {
        try
        {
            return function();
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException or FileNotFoundException or InvalidDataException)
        {
            problems.Add(error.Message);
            return default;
        }
    }
}

/// <summary>The programs of this repository, running.</summary>
public interface IPrograms
{
    /// <summary>Whether the program of a stage of the Dockerfile answers a GET with success.</summary>
    bool Answers(string target, string path);
}

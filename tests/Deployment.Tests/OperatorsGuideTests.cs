using System.Text.RegularExpressions;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests;

/// <summary>What docs/operating.md refers to exists.</summary>
public sealed partial class OperatorsGuideTests
{
    private static readonly string Guide = new DeploymentFiles().Read("docs/operating.md");

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        var files = Directory.GetFiles(Path.Combine(DeploymentFiles.Root, "tests"), "*.cs", SearchOption.AllDirectories);
        var sources = files.ToDictionary(static path => path, File.ReadAllText);
        var named = TestName().Matches(Guide).Select(static match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(named.Length > 10, "The names are not found in the text any more.");
        Assert.All(named, name => Assert.Contains(sources, source =>
            source.Value.Contains($"class {name}", StringComparison.Ordinal)
                || source.Value.Contains($" {name}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_command_runs_a_service_and_a_verb_that_exist()
    {
        var services = ComposeFile.Parse(new DeploymentFiles().Read(DeploymentFiles.Compose)).Services;
        var usage = new DeploymentFiles().Read("src/Silo/CommandLine.cs");
        var commands = Command().Matches(Guide);
        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            var service = command.Groups["service"].Value;
            Assert.True(service == "$silo" || services.ContainsKey(service), $"There is no service {service}.");
            if (command.Groups["verb"] is { Success: true, Value: var verb })
                Assert.Contains($"\"{verb}\" =>", usage, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_file_that_it_names_exists()
    {
        var named = FilePath().Matches(Guide).Select(static match => match.Groups[1].Value.TrimEnd('/')).Distinct()
            .Where(static path => !path.StartsWith("deploy/secrets", StringComparison.Ordinal)).ToArray();
        Assert.True(named.Length > 3, "The paths are not found in the text any more.");
        Assert.All(named, static path => Assert.True(new DeploymentFiles().Exists(path), $"There is no {path}."));
    }

    [GeneratedRegex(@"`(\w+(?:Tests|Suite)|A_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"docker compose (?:exec -T|exec|run --rm|up --detach --no-deps) (?<service>[$\w-]+)" +
        @"(?: dotnet Payments\.Silo\.dll (?<verb>\w+))?")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?:^|[`\s(])((?:deploy|docs|src)/[\w./-]*\w|docker-compose\.yml|Dockerfile)")]
    private static partial Regex FilePath();
}

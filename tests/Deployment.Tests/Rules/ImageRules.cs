using System.Text.RegularExpressions;
using System.Xml.Linq;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Images are pinned, and those that are built here can be built from what is here.</summary>
internal static partial class ImageRules
{
    private static readonly string[] Programs = ["src/Silo/Silo.csproj", "sandbox/Sandbox.csproj"];

    public static IEnumerable<string> Check(Deployment deployment) =>
        Services(deployment).Concat(Bases(deployment.Docker)).Concat(Copies(deployment)).Concat(Projects(deployment));

    private static IEnumerable<string> Services(Deployment deployment)
    {
        foreach (var service in deployment.Compose.Services.Values)
        {
            if (service.Target is null && !Pinned().IsMatch(service.Image))
                yield return $"{service.Name}: the image {service.Image} is not pinned to a version.";
            if (service.Target is { } target && !deployment.Docker.Stages.ContainsKey(target))
                yield return $"{service.Name}: the Dockerfile has no stage {target}.";
            if (service.Target is not null && (service.Yaml.At("build", "context").Text != "."
                || !service.Image.StartsWith("payments-", StringComparison.Ordinal)))
                yield return $"{service.Name}: an image that is built here has the context '.' and a name of our own.";
        }
    }

    private static IEnumerable<string> Bases(DockerFile docker) =>
        from stage in docker.Stages.Values
        where stage.Parent is null && !Pinned().IsMatch(stage.Image)
        select $"Dockerfile, {stage.Name}: the image {stage.Image} is not pinned to a version.";

    private static IEnumerable<string> Copies(Deployment deployment)
    {
        var ignore = deployment.Files.Read(".dockerignore").Split('\n').Where(static line => line.StartsWith('!'))
            .Select(static line => line[1..]).ToArray();
        foreach (var (stage, copy) in deployment.Docker.Stages.Values
            .SelectMany(static stage => stage.Copies.Select(copy => (stage, copy))))
        {
            if (copy.From is { } from && !deployment.Docker.Stages.ContainsKey(from))
                yield return $"Dockerfile, {stage.Name}: there is no stage {from} to copy from.";
            foreach (var source in copy.From is null ? copy.Sources : [])
            {
                if (!deployment.Files.Exists(source))
                    yield return $"Dockerfile, {stage.Name}: there is no {source} to copy.";
                if (!ignore.Any(allowed => source.TrimEnd('/') == allowed || source.StartsWith($"{allowed}/", StringComparison.Ordinal)))
                    yield return $"Dockerfile, {stage.Name}: .dockerignore keeps {source} out.";
            }
        }
    }

    /// <summary>The restore layer has every project that the programs are built of, and what decides their packages.</summary>
    private static IEnumerable<string> Projects(Deployment deployment)
    {
        var docker = deployment.Docker;
        var restore = docker.Stages["restore"];
        var copied = restore.Copies.SelectMany(static copy => copy.Sources).ToHashSet();
        var needed = Programs.SelectMany(program => References(deployment.Files, program)).ToHashSet();
        needed.UnionWith(["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"]);
        foreach (var missing in needed.Where(path => !copied.Contains(path)))
            yield return $"Dockerfile, restore: {missing} is not copied.";
        foreach (var (path, target) in restore.Copies
            .Where(static copy => copy.Sources is [{ } one] && one.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(static copy => (copy.Sources[0], copy.Target)))
        {
            if (Path.GetDirectoryName(path) != target.TrimEnd('/'))
                yield return $"Dockerfile, restore: {path} is copied to {target}.";
            if (!needed.Contains(path))
                yield return $"Dockerfile, restore: {path} is no part of a program.";
        }

        if (!restore.Lines.Any(static line => line.StartsWith("ENV ", StringComparison.Ordinal)
            && line.Split(' ').Contains("PackageSet=full")))
            yield return "Dockerfile, restore: the images are not built on the full package set.";
        foreach (var stage in docker.Stages.Values.Where(static stage => stage.Name.StartsWith("publish-", StringComparison.Ordinal)))
        {
            if (!stage.Copies.Any(static copy => copy.Sources.Contains(".editorconfig")))
                yield return $"Dockerfile, {stage.Name}: without .editorconfig other warnings are errors than here.";
            if (!stage.Lines.Any(line => Programs.Any(program =>
                line.StartsWith($"RUN dotnet publish {program} ", StringComparison.Ordinal))))
                yield return $"Dockerfile, {stage.Name}: it publishes no program.";
        }

        (string Stage, string Program)[] started = [("silo", "Payments.Silo.dll"), ("sandbox", "Payments.Sandbox.dll")];
        foreach (var (stage, program) in started)
        {
            if (!docker.Stages[stage].Lines.Contains($"""ENTRYPOINT ["dotnet", "{program}"]"""))
                yield return $"Dockerfile, {stage}: it does not start {program}.";
        }
    }

    private static IEnumerable<string> References(DeploymentFiles files, string project)
    {
        yield return project;
        foreach (var reference in XDocument.Parse(files.Read(project)).Descendants("ProjectReference"))
        {
            var include = reference.Attribute("Include")!.Value;
            var path = Path.GetRelativePath(
                DeploymentFiles.Root, Path.GetFullPath(Path.Combine(DeploymentFiles.Root, Path.GetDirectoryName(project)!, include)));
            foreach (var further in References(files, path))
                yield return further;
        }
    }

    [GeneratedRegex(@"^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)*$")]
    private static partial Regex Pinned();
}

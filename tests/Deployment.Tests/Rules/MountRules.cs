using System.Text.RegularExpressions;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Every file, volume and secret that is named exists, and every path that a program is told of is mounted.</summary>
internal static partial class MountRules
{
    public static IEnumerable<string> Check(Deployment deployment)
    {
        var compose = deployment.Compose;
        var mounts = compose.Services.Values.SelectMany(static service => service.Mounts.Select(mount => (service, mount))).ToArray();
        foreach (var (service, mount) in mounts.Where(static pair => pair.mount.IsFile))
        {
            if (!deployment.Files.Exists(mount.RepositoryPath))
                yield return $"{service.Name}: there is no {mount.RepositoryPath} to mount.";
            if (!mount.ReadOnly)
                yield return $"{service.Name}: {mount.RepositoryPath} can be written from the container.";
        }

        var volumes = mounts.Where(static pair => !pair.mount.IsFile).Select(static pair => pair.mount.Source).ToHashSet();
        foreach (var volume in volumes.Except(compose.Volumes))
            yield return $"The volume {volume} is not declared.";
        foreach (var volume in compose.Volumes.Except(volumes))
            yield return $"The volume {volume} is not used.";
        foreach (var problem in compose.Services.Values.SelectMany(service => Paths(deployment, service)))
            yield return problem;
    }

    /// <summary>Absolute paths of files in commands and variables.</summary>
    private static IEnumerable<string> Paths(Deployment deployment, ComposeService service)
    {
        var covered = service.Mounts.Select(static mount => mount.Target)
            .Concat(service.Secrets.Select(static secret => $"/run/secrets/{secret.Target}"))
            .Append(service.Secrets.Count > 0 ? "/run/secrets" : "/dev/null")
            .Append("/dev/null")
            .ToArray();
        var told = service.Command.Concat(service.Environment.Values).Concat(service.Health?.At("test").Texts ?? []);
        foreach (var path in told.SelectMany(static text => AbsolutePath().Matches(text)).Select(static match => match.Value))
        {
            if (!covered.Any(mounted => path == mounted || path.StartsWith($"{mounted}/", StringComparison.Ordinal)))
                yield return $"{service.Name}: {path} is not mounted.";
        }
    }

    [GeneratedRegex(@"(?<=^|[=\s;])/[A-Za-z0-9._/-]+")]
    private static partial Regex AbsolutePath();
}

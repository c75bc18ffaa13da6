using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Nothing runs as root, writes where it need not, takes all of the machine, or stays down.</summary>
internal static class HardeningRules
{
    public static IEnumerable<string> Check(Deployment deployment) =>
        deployment.Compose.Services.Values.SelectMany(service => Check(deployment, service));

    private static IEnumerable<string> Check(Deployment deployment, ComposeService service)
    {
        var yaml = service.Yaml;
        var oneShot = deployment.Compose.OneShots.Contains(service.Name);
        var restart = yaml["restart"]?.Text;
        if (oneShot ? restart != "no" : restart != "unless-stopped")
            yield return $"{service.Name}: restart is '{restart}'.";
        if (yaml["read_only"]?.Text != "true")
            yield return $"{service.Name}: the root file system is not read-only.";
        if (yaml["cap_drop"]?.Texts is not ["ALL"])
            yield return $"{service.Name}: it keeps capabilities.";
        if (yaml["security_opt"]?.Texts.Contains("no-new-privileges:true") != true)
            yield return $"{service.Name}: it can gain privileges.";
        if (service.Mounts.Any(static mount => mount.Source.EndsWith("docker.sock", StringComparison.Ordinal)))
            yield return $"{service.Name}: it controls the container engine.";

        var user = yaml["user"]?.Text ?? (service.Target is { } target ? deployment.Docker.Stages.GetValueOrDefault(target)?.User : null);
        if (user is null or "root" or "0" || user.StartsWith("0:", StringComparison.Ordinal)
            || user.StartsWith("root:", StringComparison.Ordinal))
            yield return $"{service.Name}: it runs as root, or as whom the image likes.";

        var limits = yaml["deploy"]?["resources"]?["limits"];
        foreach (var limit in (string[])["cpus", "memory", "pids"])
        {
            if (string.IsNullOrWhiteSpace(limits?[limit]?.Text))
                yield return $"{service.Name}: {limit} is not limited.";
        }

        if (yaml["logging"]?["options"]?["max-size"] is null || yaml["logging"]?["options"]?["max-file"] is null)
            yield return $"{service.Name}: its log grows for ever.";
        foreach (var port in service.Ports.Where(static port => port.Address != "127.0.0.1"))
            yield return $"{service.Name}: port {port.Port} is open to more than this machine.";
    }
}

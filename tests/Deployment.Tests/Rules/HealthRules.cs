using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Every service says whether it lives, by asking what its program answers.</summary>
internal static class HealthRules
{
    public static IEnumerable<string> Check(Deployment deployment, IPrograms programs) =>
        deployment.Compose.Services.Values.SelectMany(service => Check(deployment, service, programs));

    private static IEnumerable<string> Check(Deployment deployment, ComposeService service, IPrograms programs)
    {
        if (deployment.Compose.OneShots.Contains(service.Name))
            yield break;
        if (service.Health is not { } health)
        {
            yield return $"{service.Name}: it has no health check.";
            yield break;
        }

        foreach (var key in (string[])["interval", "timeout", "retries", "start_period"])
        {
            if (health[key] is null)
                yield return $"{service.Name}: its health check has no {key}.";
        }

        var test = health.At("test").Texts;
        if (test[0] != "CMD")
            yield return $"{service.Name}: its health check needs a shell.";
        if (service.HealthAddress is not { } address)
        {
            if (service.Name != deployment.Compose.Postgres.Name)
                yield return $"{service.Name}: its health check asks no address.";
            yield break;
        }

        if (address.Host != "127.0.0.1")
            yield return $"{service.Name}: its health check asks somebody else.";
        var isProxy = service.Name == deployment.Compose.ProxyService.Name;
        var ports = isProxy ? [deployment.Proxy.Port("health")] : AddressRules.Listens(deployment, service);
        if (!ports.Contains(address.Port))
            yield return $"{service.Name}: its health check asks port {address.Port}, where nothing listens.";
        if (service.Target is "silo" or "sandbox")
        {
            var program = service.Target == "silo" ? "Payments.Silo.dll" : "Payments.Sandbox.dll";
            if (test is not ["CMD", "dotnet", var dll, "health", _] || dll != program)
                yield return $"{service.Name}: its image has nothing but its program to ask with.";
            if (!programs.Answers(service.Target, address.PathAndQuery))
                yield return $"{service.Name}: the program does not answer {address.PathAndQuery}.";
            if (address.AbsolutePath == "/health/ready")
                yield return $"{service.Name}: a silo that waits for its database would count as broken.";
        }
        else if (Known(deployment, service) is { } path && path != address.PathAndQuery)
        {
            yield return $"{service.Name}: the program does not answer {address.PathAndQuery}.";
        }
    }

    /// <summary>Where programs of others say that they live, by their documentation.</summary>
    private static string? Known(Deployment deployment, ComposeService service) => service.ImageName switch
    {
        "haproxy" => deployment.Proxy.Find("frontend health", "monitor-uri") is [[var path]] ? path : "a monitor-uri",
        "prom/prometheus" => "/-/ready",
        "grafana/grafana" => "/api/health",
        "payments-otel-collector" => "/",
        _ => null,
    };
}

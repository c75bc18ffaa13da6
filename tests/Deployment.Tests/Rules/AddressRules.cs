using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Payments.Deployment.Tests.Files;
using Payments.Sandbox;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Whoever is called listens there, and can be reached from where the call comes.</summary>
internal static partial class AddressRules
{
    public static IEnumerable<string> Check(Deployment deployment)
    {
        var compose = deployment.Compose;
        foreach (var service in compose.Services.Values)
        {
            foreach (var url in Calls(deployment, service))
            {
                if (Problem(deployment, service, url) is { } problem)
                    yield return problem;
            }

            foreach (var port in service.Ports.Where(port => !Listens(deployment, service).Contains(port.ContainerPort)))
                yield return $"{service.Name}: nothing listens on the published port {port.ContainerPort}.";
            foreach (var network in service.Networks.Keys.Where(network => !compose.Networks.ContainsKey(network)))
                yield return $"{service.Name}: there is no network {network}.";
            foreach (var port in service.Ports.Where(_ =>
                service.Networks.Keys.All(network => compose.Networks.GetValueOrDefault(network))))
                yield return $"{service.Name}: port {port.Port} cannot be published from networks that have no way out.";
        }

        foreach (var problem in compose.Silos.SelectMany(silo => Silo(deployment, silo)).Concat(Database(compose)))
            yield return problem;
    }

    /// <summary>Ports on which a service listens, by its own configuration.</summary>
    public static IReadOnlyList<int> Listens(Deployment deployment, ComposeService service) => service switch
    {
        { Target: "silo" } => [UrlPort(deployment.ConfigurationOf(service)["Urls"] ?? "")],
        { Target: "sandbox" } =>
            [UrlPort(SandboxOptions.From(new ConfigurationBuilder().AddCommandLine([.. service.Command]).Build()).Urls)],
        { Target: "collector" } => TelemetryRules.CollectorPorts(deployment),
        _ when service.ImageName == "haproxy" => [deployment.Proxy.Port("api")],
        _ when service.ImageName == "postgres" => [5432],
        _ when service.ImageName == "prom/prometheus" => [9090],
        _ when service.ImageName == "grafana/grafana" => [3000],
        _ => [],
    };

    /// <summary>Why a service cannot call an address, or null.</summary>
    public static string? Problem(Deployment deployment, ComposeService caller, Uri url)
    {
        if (!deployment.Compose.Services.TryGetValue(url.Host, out var called))
            return $"{caller.Name}: {url}: there is no service {url.Host}.";
        if (!caller.Networks.Keys.Intersect(called.Networks.Keys).Any())
            return $"{caller.Name}: {url}: no network leads from {caller.Name} to {called.Name}.";
        return Listens(deployment, called).Contains(url.Port) ? null
            : $"{caller.Name}: {url}: nothing listens on port {url.Port} of {called.Name}.";
    }

    private static IEnumerable<Uri> Calls(Deployment deployment, ComposeService service)
    {
        var texts = service.Environment.Where(static pair => pair.Key is not ("URLS" or "PAYMENTS__API__PUBLICBASEURL"))
            .Select(static pair => pair.Value);
        if (service is { Target: "silo", Command: ["serve"] })
            texts = texts.Append(deployment.Files.Read(DeploymentFiles.Merchants));
        else if (service.Target == "silo")
            texts = [];
        return texts.SelectMany(static text => Address().Matches(text)).Select(static match => new Uri(match.Value));
    }

    private static IEnumerable<string> Silo(Deployment deployment, ComposeService silo)
    {
        var compose = deployment.Compose;
        var configuration = deployment.ConfigurationOf(silo);
        var alias = configuration["Payments:Cluster:AdvertisedAddress"] ?? "";
        var network = silo.Networks.Where(entry => entry.Value.Contains(alias)).Select(static entry => entry.Key).ToArray();
        if (network is not [var own])
        {
            // With more than one address the silo would listen on whichever its name resolves to first.
            yield return $"{silo.Name}: the advertised address '{alias}' is not its name in exactly one network.";
            yield break;
        }

        if (!compose.Networks.GetValueOrDefault(own))
            yield return $"{silo.Name}: its cluster ports are in the network {own}, which is not internal.";
        var allowed = compose.Services.Values.Where(static service => service.Target == "silo").Append(compose.Postgres)
            .Select(static service => service.Name);
        foreach (var stranger in compose.Services.Values.Where(service => service.Networks.ContainsKey(own))
            .Select(static service => service.Name).Except(allowed))
            yield return $"{stranger}: it reaches the silos' ports, which ask nobody for a password.";
        foreach (var other in compose.Silos.Where(other => !other.Networks.ContainsKey(own)))
            yield return $"{other.Name}: it does not reach {silo.Name}.";
        if (compose.Services.Values.SelectMany(static service => service.Networks.Values)
            .SelectMany(static names => names).Count(name => name == alias) != 1)
            yield return $"{silo.Name}: somebody else is called {alias}, too.";
        if (silo.Ports.Count > 0)
            yield return $"{silo.Name}: its ports are published; requests come through the proxy.";

        var published = compose.ProxyService.Ports.Select(static port => $"http://{port.Address}:{port.Port}");
        if (!published.Contains(configuration["Payments:Api:PublicBaseUrl"]))
            yield return $"{silo.Name}: the proxy is not found at the PublicBaseUrl.";
        if (configuration["Urls"] is not { } urls || !urls.StartsWith("http://0.0.0.0:", StringComparison.Ordinal))
            yield return $"{silo.Name}: it does not listen where the proxy can reach it.";
    }

    private static IEnumerable<string> Database(ComposeFile compose)
    {
        var postgres = compose.Postgres;
        foreach (var service in compose.Services.Values.Where(static service => service.Target == "silo"))
        {
            var connection = new NpgsqlConnectionStringBuilder(service.Environment["PAYMENTS__STORAGE__CONNECTIONSTRING"]);
            if (connection.Host != postgres.Name || connection.Port != 5432
                || !service.Networks.Keys.Intersect(postgres.Networks.Keys).Any())
                yield return $"{service.Name}: no PostgreSQL at {connection.Host}:{connection.Port}.";
            if (connection.Database != postgres.Environment["POSTGRES_DB"] || connection.Username != postgres.Environment["POSTGRES_USER"])
                yield return $"{service.Name}: the database or its user is not the one that is created.";
            if (!string.IsNullOrEmpty(connection.Password))
                yield return $"{service.Name}: the connection string has a password in it.";
        }

        var test = postgres.Health?.At("test").Texts ?? [];
        foreach (var word in (string[])["pg_isready", "--host=127.0.0.1", "--port=5432",
            $"--username={postgres.Environment["POSTGRES_USER"]}", $"--dbname={postgres.Environment["POSTGRES_DB"]}"])
        {
            if (!test.Contains(word))
                yield return $"{postgres.Name}: its health check does not say {word}.";
        }
    }

    private static int UrlPort(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.Port : 0;

    [GeneratedRegex("https?://[^\\s\"]+")]
    private static partial Regex Address();
}

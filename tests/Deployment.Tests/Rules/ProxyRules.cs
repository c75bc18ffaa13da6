using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Payments.Deployment.Tests.Rules;

/// <summary>The proxy knows every silo, asks each for what it answers, and repeats nothing that a silo may have seen.</summary>
internal static class ProxyRules
{
    public static IEnumerable<string> Check(Deployment deployment, IPrograms programs)
    {
        var (compose, proxy) = (deployment.Compose, deployment.Proxy);
        foreach (var backend in proxy.Backends)
        {
            var servers = proxy.Find($"backend {backend}", "server");
            var silos = compose.Silos.ToDictionary(static silo => silo.Name);
            foreach (var missing in silos.Keys.Except(servers.Select(static server => server[0])))
                yield return $"haproxy.cfg, {backend}: {missing} gets no requests.";
            foreach (var server in servers)
            {
                if (!silos.ContainsKey(server[0]) || server[1].Split(':')[0] != server[0])
                    yield return $"haproxy.cfg, {backend}: there is no silo {server[0]}.";
                else if (AddressRules.Problem(deployment, compose.ProxyService, new Uri($"http://{server[1]}")) is { } problem)
                    yield return $"haproxy.cfg, {backend}: {problem}";
            }

            if (proxy.Find($"backend {backend}", "http-check", "send") is not [["meth", "GET", "uri", var path, ..]]
                || !programs.Answers("silo", path))
                yield return $"haproxy.cfg, {backend}: the silos do not answer its check.";
        }

        if (proxy.Find("backend ready", "http-check", "send") is not [["meth", "GET", "uri", "/health/ready", ..]])
            yield return "haproxy.cfg: nobody asks the silos whether they are ready.";
        if (proxy.FindAnywhere("retry-on") is not [["conn-failure"]])
            yield return "haproxy.cfg: requests are repeated that a silo may have seen.";
        if (!proxy.FindAnywhere("default-server").Any(static words => words.Contains("check") && words.Contains("resolvers")))
            yield return "haproxy.cfg: servers are not checked, or found under their first address only.";
        if (proxy.FindAnywhere("default-server").Concat(proxy.FindAnywhere("server"))
            .Any(static words => words.Contains("shutdown-sessions")))
            yield return "haproxy.cfg: requests in flight end when their silo turns unready.";

        // A silo that stops goes on serving for ReadinessDelay: the proxy must have noticed by then.
        if (proxy.FindAnywhere("default-server") is [var words] && Number(words, "inter") * Number(words, "fall") is var seconds)
        {
            foreach (var silo in compose.Silos)
            {
                var delay = deployment.ConfigurationOf(silo).GetValue<TimeSpan>("Payments:Shutdown:ReadinessDelay");
                if (delay < TimeSpan.FromSeconds(2 * seconds))
                    yield return $"{silo.Name}: the proxy does not notice in time that it stops.";
            }
        }
    }

    private static double Number(string[] words, string name) => Array.IndexOf(words, name) is >= 0 and var at
        ? double.Parse(words[at + 1].TrimEnd('s'), CultureInfo.InvariantCulture)
        : throw new FormatException($"haproxy.cfg: default-server has no {name}.");
}

namespace Payments.Deployment.Tests.Rules;

/// <summary>What starts after what.</summary>
internal static class DependencyRules
{
    public static IEnumerable<string> Check(Deployment deployment)
    {
        var compose = deployment.Compose;
        foreach (var (service, name, condition) in compose.Services.Values.SelectMany(static service =>
            service.DependsOn.Select(dependency => (service, dependency.Key, dependency.Value))))
        {
            if (!compose.Services.TryGetValue(name, out var other))
                yield return $"{service.Name}: it waits for {name}, which there is not.";
            else if (condition is not ("service_healthy" or "service_started" or "service_completed_successfully"))
                yield return $"{service.Name}: nobody knows the condition {condition}.";
            else if (condition == "service_healthy" && other.Health is null)
                yield return $"{service.Name}: it waits for the health of {name}, which has no health check.";
            else if (condition == "service_completed_successfully" && other is not { Target: "silo", Command: ["migrate"] })
                yield return $"{service.Name}: it waits for the end of {name}, which does not end.";
        }

        foreach (var silo in compose.Silos)
        {
            if (silo.DependsOn.GetValueOrDefault("migrate") != "service_completed_successfully"
                || silo.DependsOn.GetValueOrDefault("postgres") != "service_healthy")
                yield return $"{silo.Name}: it does not wait for its database and its schema.";
        }

        if (compose.Silos.Count() != 3)
            yield return "There are not three silos.";
        foreach (var (service, names) in compose.Services.Values
            .Where(static service => service.Target is null && service.ImageName == "haproxy")
            .Select(static service => (service, service.DependsOn.Keys)))
        {
            foreach (var name in names)
                yield return $"{service.Name}: two silos would be without a proxy while {name} does not come up.";
        }
    }
}

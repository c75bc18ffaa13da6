using System.Net;

namespace Payments.Deployment.Tests.Running;

/// <summary>deploy/proxy/haproxy.cfg in a real haproxy: where requests go, and that none goes twice.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly StandInSilo[] silos = [new("silo1"), new("silo2"), new("silo3")];
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
    private Haproxy proxy = null!;

    public async Task InitializeAsync()
    {
        if (HaproxyFactAttribute.Program is not null)
            proxy = await Haproxy.StartAsync(silos.ToDictionary(static silo => silo.Name, static silo => silo.Port));
    }

    public async Task DisposeAsync()
    {
        if (proxy is not null)
            await proxy.DisposeAsync();
        http.Dispose();
        foreach (var silo in silos)
            await silo.DisposeAsync();
    }

    [HaproxyFact]
    public async Task Requests_are_shared_among_the_silos_that_are_ready()
    {
        silos[1].Readiness = 503;
        await proxy.SaysAsync("Server ready/silo2 is DOWN");
        Assert.Equal(["silo1", "silo3"], await AskAsync(20));
        Assert.Empty(silos[1].Requests);
    }

    [HaproxyFact]
    public async Task A_silo_that_turns_unready_gets_no_more_and_is_used_again_when_it_is_ready()
    {
        silos[0].Readiness = 503;
        await proxy.SaysAsync("Server ready/silo1 is DOWN");
        Assert.Equal(["silo2", "silo3"], await AskAsync(20));
        silos[0].Readiness = 200;
        await proxy.SaysAsync("Server ready/silo1 is UP, reason: Layer7 check passed");
        silos[1].Readiness = silos[2].Readiness = 503;
        await proxy.SaysAsync("Server ready/silo2 is DOWN");
        await proxy.SaysAsync("Server ready/silo3 is DOWN");
        Assert.Equal(["silo1"], await AskAsync(3));
    }

    [HaproxyFact]
    public async Task While_none_is_ready_those_that_live_answer_themselves()
    {
        foreach (var silo in silos)
            silo.Readiness = 503;
        await Task.WhenAll(silos.Select(silo => proxy.SaysAsync($"Server ready/{silo.Name} is DOWN")));
        Assert.Equal(["silo1", "silo2", "silo3"], await AskAsync(20));
    }

    [HaproxyFact]
    public async Task A_request_whose_silo_dies_with_it_is_not_sent_to_another()
    {
        foreach (var silo in silos)
            silo.DiesOnRequests = true;
        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Patch, HttpMethod.Get])
        {
            using var request = new HttpRequestMessage(method, new Uri(proxy.Api, "/v2/payments"));
            if (method != HttpMethod.Get)
                request.Content = new StringContent("{}");
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.Contains("whether the request took effect is unknown", await answer.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }

        Assert.Equal(3, silos.Sum(static silo => silo.Requests.Count));
    }

    [HaproxyFact]
    public async Task A_request_that_cannot_be_sent_goes_to_another_silo()
    {
        silos[0].StopListening();
        silos[2].StopListening();

        // At once: no check has failed yet.
        for (var i = 0; i < 10; i++)
        {
            using var answer = await http.PostAsync(new Uri(proxy.Api, "/v2/payments"), new StringContent("{}"));
            Assert.Equal((HttpStatusCode.OK, "silo2"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        Assert.Equal(10, silos[1].Requests.Count);
    }

    [HaproxyFact]
    public async Task Without_any_silo_the_answer_has_the_form_of_the_contract()
    {
        foreach (var silo in silos)
            silo.StopListening();
        await Task.WhenAll(silos.Select(silo => proxy.SaysAsync($"Server alive/{silo.Name} is DOWN")));
        using var answer = await http.GetAsync(new Uri(proxy.Api, "/v2/payments/1"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/json"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("""{"title":"Service Unavailable","status":503,"detail":""", await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [HaproxyFact]
    public async Task Health_and_what_operators_do_are_for_those_inside()
    {
        foreach (var path in (string[])["/health", "/health/storage", "/Health/ready", "/%68ealth/ready", "/v2/%2e%2e/health/live", "/operator/v1/waiting", "/v2/%2e%2e/Operator/v1/waiting"])
        {
            var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
            using var answer = await http.GetAsync(new Uri($"{proxy.Api.GetLeftPart(UriPartial.Authority)}{path}", asWritten));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.All(silos, static silo => Assert.Empty(silo.Requests));
        using var own = await http.GetAsync(proxy.Health);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    /// <summary>Which silos answer so many requests.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(int count)
    {
        var answered = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            answered.Add(await http.GetStringAsync(new Uri(proxy.Api, "/v2/payments/1")));
        return [.. answered];
    }
}

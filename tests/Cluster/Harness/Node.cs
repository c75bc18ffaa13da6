using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Payments.Api;
using Payments.Api.Authentication;
using Payments.Silo;

namespace Payments.Cluster.Harness;

/// <summary>One process of a cluster, inside this one: the real program's host on ports of its own.</summary>
public sealed class Node : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly FatalErrors fatal;

    private Node(WebApplication app, int siloPort, FatalErrors fatal)
    {
        this.app = app;
        this.fatal = fatal;
        SiloPort = siloPort;
        Http = ClientOf(new Uri(app.Urls.First()));
    }

    /// <summary>Where other silos reach it.</summary>
    public int SiloPort { get; }

    /// <summary>HTTP to it, with the demo merchant's token.</summary>
    public HttpClient Http { get; }

    /// <summary>Grain calls from within it.</summary>
    public IGrainFactory Grains => app.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Its services.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>What it hears about other silos.</summary>
    public SiloWatch Watch { get; } = new();

    /// <summary>What would have ended its process.</summary>
    public IReadOnlyCollection<string> FatalErrors => fatal.Messages;

    /// <summary>Starts one.</summary>
    public static async Task<Node> StartAsync(string[] arguments, int siloPort, Action<WebApplicationBuilder>? configure)
    {
        var fatal = new FatalErrors();
        var app = PaymentsHost.Build(arguments, builder =>
        {
            builder.Services.AddSingleton<IFatalErrorHandler>(fatal);

            // A process says there where it listens; here nobody needs to be told.
            builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        var node = new Node(app, siloPort, fatal);
        node.Services.GetService<ISiloStatusOracle>()?.SubscribeToSiloStatusEvents(node.Watch);
        return node;
    }

    /// <summary>A client of a program's API, with the demo merchant's token.</summary>
    public static HttpClient ClientOf(Uri address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
        var client = new HttpClient(handler) { BaseAddress = address, Timeout = TestCluster.Patience };
        var token = DevelopmentTokens.Create(
            TestCluster.SigningKey, TestCluster.Merchant, [PaymentScopes.ForMerchant(ApiEnvironment.NonProduction)], TimeSpan.FromHours(1), TimeProvider.System);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.Add("X-Merchant-Id", $"{TestCluster.Merchant}");
        client.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
        return client;
    }

    /// <summary>A stop as a process manager asks for it.</summary>
    public Task StopAsync() => app.StopAsync();

    /// <summary>A stop that waits for nothing.</summary>
    public Task StopUngracefullyAsync() => app.StopAsync(new CancellationToken(canceled: true));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopUngracefullyAsync();
        await app.DisposeAsync();
    }
}

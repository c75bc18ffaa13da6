namespace Payments.Sandbox;

/// <summary>
/// A running sandbox inside the calling process, for tests: a real server on a free loopback port, and its state at hand.
/// </summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SandboxHost(WebApplication app)
    {
        _app = app;
        BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>Where it listens: Stripe's base address, and Klarna's (also with <c>/klarna</c>).</summary>
    public Uri BaseAddress { get; }

    /// <summary>What really happened.</summary>
    public Ledger Ledger => _app.Services.GetRequiredService<Ledger>();

    /// <summary>The faults on order.</summary>
    public FaultInjector Faults => _app.Services.GetRequiredService<FaultInjector>();

    /// <summary>All calls, effective or not.</summary>
    public CallCounters Calls => _app.Services.GetRequiredService<CallCounters>();

    /// <summary>Bank and customer at Stripe, and its objects.</summary>
    public StripeControl Stripe => _app.Services.GetRequiredService<StripeControl>();

    /// <summary>Customer and clock at Klarna, and its objects.</summary>
    public KlarnaRequests Klarna => _app.Services.GetRequiredService<KlarnaRequests>();

    /// <summary>Starts a sandbox on a free port of 127.0.0.1; <see cref="SandboxOptions.Urls"/> is ignored.</summary>
    public static async Task<SandboxHost> StartAsync(
        SandboxOptions? options = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        var app = SandboxApp.Build((options ?? new SandboxOptions()) with { Urls = "http://127.0.0.1:0" }, time);
        await app.StartAsync(cancellation);
        return new SandboxHost(app);
    }

    /// <summary>The address of a merchant's webhook endpoint.</summary>
    public Uri WebhookAddress(string merchant) => new(BaseAddress, $"merchants/{Uri.EscapeDataString(merchant)}/webhooks");

    /// <summary>Stops the server and closes the journal.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

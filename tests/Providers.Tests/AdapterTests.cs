namespace Payments.Providers.Tests;

/// <summary>Tests of the adapters against a server of the test's own: what it is sent is asserted, what it answers is told by the test.</summary>
public abstract class AdapterTests : IAsyncLifetime
{
    private protected readonly RawHttpServer _server = new();
    private protected readonly Host _host;

    /// <summary>Composes the adapters.</summary>
    /// <param name="settings">Beside the server's address and the keys.</param>
    protected AdapterTests(params (string Key, string? Value)[] settings) => _host = new Host(_server.Url, settings);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }
}

namespace Payments.Sandbox.Tests;

/// <summary>A sandbox of its own for each test, with a clock that the test moves.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    internal ManualClock Clock { get; } = new();

    internal SandboxHost Sandbox { get; private set; } = null!;

    internal Client Client { get; private set; } = null!;

    protected virtual SandboxOptions Options => new() { Seed = 1 };

    public async Task InitializeAsync()
    {
        Sandbox = await SandboxHost.StartAsync(Options, Clock);
        Client = new Client(Sandbox.BaseAddress);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Sandbox.DisposeAsync();
    }

    internal int Count(string operation, string? id = null) => Sandbox.Ledger.Operations(id, operation).Count;
}

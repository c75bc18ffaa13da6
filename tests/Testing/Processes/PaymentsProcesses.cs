namespace Payments.Testing.Processes;

/// <summary>Starts the sandbox and the silo of this build against each other, each as a process of its own.</summary>
public static class PaymentsProcesses
{
    /// <summary>The demo merchant of the embedded profile.</summary>
    public static readonly Guid Merchant = Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");

    /// <summary>The second merchant of the embedded profile.</summary>
    public static readonly Guid SecondMerchant = Guid.Parse("0e2f7c41-52d6-4b0a-9d2a-6f3b8f1a7c55");

    /// <summary>Starts the sandbox on a port of its own choice, or on <paramref name="port"/>.</summary>
    /// <param name="data">Its journal, so that it remembers over a restart; null keeps everything in memory.</param>
    /// <param name="port">A fixed port, for a restart; 0 takes any.</param>
    public static Task<ManagedProcess> StartSandboxAsync(string? data = null, int port = 0) => ManagedProcess.StartServerAsync(
        "Sandbox",
        data is null ? ["--urls", $"http://127.0.0.1:{port}"] : ["--urls", $"http://127.0.0.1:{port}", "--data", data]);

    /// <summary>Starts a silo in the embedded profile against a sandbox.</summary>
    /// <param name="sandbox">Where the sandbox listens.</param>
    /// <param name="directory">Where its data lies: the signing key, and the SQLite file unless <paramref name="postgres"/> is given.</param>
    /// <param name="postgres">A connection string, or null for SQLite.</param>
    /// <param name="settings">Further settings, <c>Section:Key</c> to value.</param>
    /// <param name="program">The project of the program that is the silo, when it is not the product's own.</param>
    public static Task<ManagedProcess> StartSiloAsync(
        Uri sandbox, string directory, string? postgres = null, IReadOnlyDictionary<string, string>? settings = null, string program = "Silo") =>
        ManagedProcess.StartServerAsync(program, SiloArguments(sandbox, directory, postgres, settings), Embedded, directory);

    /// <summary>Asks the silo's program for a bearer token of a merchant, signed with the key in <paramref name="directory"/>.</summary>
    /// <exception cref="InvalidOperationException">It gave none; the message says why.</exception>
    public static async Task<string> CreateTokenAsync(Uri sandbox, string directory, Guid merchant)
    {
        var (exitCode, output, errors) = await ManagedProcess.RunAsync(
            "Silo", ["token", $"{merchant}", .. SiloArguments(sandbox, directory)], Embedded, directory);
        return exitCode == 0 ? output.Trim() : throw new InvalidOperationException($"No token for {merchant}: {errors}");
    }

    /// <summary>The environment that selects the embedded profile.</summary>
    public static IReadOnlyDictionary<string, string> Embedded { get; } = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Embedded" };

    /// <summary>The command line of <see cref="StartSiloAsync"/>.</summary>
    public static IReadOnlyList<string> SiloArguments(
        Uri sandbox, string directory, string? postgres = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var root = sandbox.GetLeftPart(UriPartial.Authority);
        var ports = FreePorts.Pick(2);
        var all = new Dictionary<string, string>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Payments:Cluster:SiloPort"] = $"{ports[0]}",
            ["Payments:Cluster:GatewayPort"] = $"{ports[1]}",
            ["Payments:Auth:DevelopmentSigningKeyFile"] = Path.Combine(directory, "development-signing.key"),
            ["Payments:Storage:Kind"] = postgres is null ? "Sqlite" : "Postgres",
            ["Payments:Storage:Path"] = Path.Combine(directory, "payments.db"),
            ["Payments:Stripe:ApiBase"] = root,
            ["Payments:Klarna:BaseUrl"] = root,
            ["Payments:Merchants:0:Webhook:Url"] = $"{root}/merchants/{Merchant}/webhooks",
            ["Payments:Merchants:1:Webhook:Url"] = $"{root}/merchants/{SecondMerchant}/webhooks",
        };
        if (postgres is not null)
            all["Payments:Storage:ConnectionString"] = postgres;
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        return [.. all.Select(static pair => $"--{pair.Key}={pair.Value}")];
    }
}

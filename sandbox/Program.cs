using Payments.Sandbox;

// The health check of a container whose image has no other HTTP client.
if (args is ["health", var address])
    return await IsHealthyAsync(address) ? 0 : 1;

WebApplication app;
try
{
    app = SandboxApp.Build(args);
}
catch (Exception wrong) when (wrong is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The sandbox does not start: {wrong.Message}");
    return 2;
}

await using (app)
{
    await app.StartAsync();
    Console.WriteLine($"Sandbox of Stripe, Klarna and merchant endpoints on {string.Join(", ", app.Urls)}");
    await app.WaitForShutdownAsync();
}
return 0;

static async Task<bool> IsHealthyAsync(string address)
{
    using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
    try
    {
        using var answer = await client.GetAsync(address);
        return answer.IsSuccessStatusCode;
    }
    catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or InvalidOperationException)
    {
        await Console.Error.WriteLineAsync($"{address} does not answer: {failed.Message}");
        return false;
    }
}

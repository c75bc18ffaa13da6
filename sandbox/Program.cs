using Payments.Sandbox;

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

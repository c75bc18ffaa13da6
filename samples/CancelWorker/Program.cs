using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Payments;
using Payments.CancelWorker;

// Runs every night: cancels the payments of orders that customers have abandoned. Their ids come one per line, from a file or from standard
// input.   CancelWorker --merchant <id> [--file <ids>] --Payments:Client:ConnectionString='Host=…;Database=…;Username=…;Password=…'
const int ExitSettled = 0;
const int ExitRunAgain = 1;
const int ExitUsage = 2;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Told below, in one line.
    builder.AddPaymentsClient();
    if (!Guid.TryParse(builder.Configuration["merchant"], out var merchant))
    {
        await Console.Error.WriteLineAsync("CancelWorker: --merchant <id> is missing.");
        return ExitUsage;
    }

    using var host = builder.Build();
    await host.StartAsync();
    var orders = new AbandonedOrders(host.Services.GetRequiredService<IGrainFactory>(), merchant, Console.Out);
    var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
    var ids = builder.Configuration["file"] is { } file ? File.ReadLinesAsync(file) : Lines.ReadAsync(Console.In);
    var unsettled = await orders.CancelAsync(ids, stopping);
    await host.StopAsync();
    return unsettled == 0 ? ExitSettled : ExitRunAgain;
}
catch (Exception error) when (error is OptionsValidationException or ClusterUnreachableException or NotSupportedException or IOException)
{
    await Console.Error.WriteLineAsync($"CancelWorker: {error.Message}");
    return ExitUsage;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("CancelWorker: stopped. What is left is for the next run.");
    return ExitRunAgain;
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

/// <summary>The adapters as the product composes them, pointed at a server of the test's own, on time of the test's own.</summary>
internal sealed class Host : IAsyncDisposable
{
    public const string StripeKey = "sk_test_51NotARealKey";
    public const string KlarnaKey = "klarna_test_api_NotARealKey";

    private readonly ServiceProvider _services;

    public Host(Uri target, params (string Key, string? Value)[] settings)
    {
        var configuration = new Dictionary<string, string?>
        {
            ["Payments:Stripe:ApiBase"] = target.ToString(),
            ["Payments:Stripe:ApiKey"] = StripeKey,
            ["Payments:Klarna:BaseUrl"] = target.ToString(),
            ["Payments:Klarna:ApiKey"] = KlarnaKey,
            ["Payments:Webhooks:AllowPrivateAddresses"] = "true",
        };
        foreach (var (key, value) in settings)
            configuration[key] = value;
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddPaymentProviders()
            .BuildServiceProvider();
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public IPaymentIntents Stripe => _services.GetRequiredService<IPaymentIntents>();

    public IKlarnaPaymentRequests Klarna => Product(KlarnaProduct.PaymentRequest);

    public IKlarnaPaymentRequests KlarnaSessions => Product(KlarnaProduct.InStoreSession);

    public IKlarnaOrders KlarnaOrders => _services.GetRequiredService<IKlarnaOrders>();

    public IWebhookSender Webhooks => _services.GetRequiredService<IWebhookSender>();

    private IKlarnaPaymentRequests Product(KlarnaProduct product) =>
        _services.GetServices<IKlarnaPaymentRequests>().Single(adapter => adapter.Product == product);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Keeps every line that is logged.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

internal static class Waiting
{
    // Far more than anything here takes; only a defect waits this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Fails instead of hanging.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task task) => task.WaitAsync(Patience);
}

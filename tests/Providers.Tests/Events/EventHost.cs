using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Payments.Providers.Tests;

/// <summary>The readers of events as a process composes them that only serves the API: no API key of any provider is configured.</summary>
internal sealed class EventHost : IAsyncDisposable
{
    public const string Secret = "whsec_0123456789abcdef0123";
    public const string NewSecret = "whsec_fedcba98765432103210";
    public const string KlarnaSecret = "klarna-secret-0001";

    private readonly ServiceProvider _services;

    public EventHost(params (string Key, string? Value)[] settings)
    {
        var configuration = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
            configuration[key] = value;
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddProviderEventReaders()
            .BuildServiceProvider();
    }

    public ManualTimeProvider Time { get; } = new();

    public IProviderEventReader Stripe => Reader(ProviderNames.Stripe);

    public IProviderEventReader Klarna => Reader(ProviderNames.Klarna);

    public static EventHost WithSecrets() => new(
        ("Payments:Stripe:WebhookSecrets:0", NewSecret),
        ("Payments:Stripe:WebhookSecrets:1", Secret),
        ("Payments:Klarna:WebhookKeys:0:Id", "key-2"),
        ("Payments:Klarna:WebhookKeys:0:Secret", "klarna-secret-0002"),
        ("Payments:Klarna:WebhookKeys:1:Id", "key-1"),
        ("Payments:Klarna:WebhookKeys:1:Secret", KlarnaSecret));

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private IProviderEventReader Reader(string provider) => _services.GetServices<IProviderEventReader>().Single(reader => reader.Provider == provider);
}

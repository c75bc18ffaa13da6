using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Storage;

namespace Payments.CrashHost;

/// <summary>Puts the crash points around the product's own parts, and lets a test set them over HTTP.</summary>
internal static class CrashControl
{
    /// <summary>Every durable write, every provider call and every webhook passes <paramref name="points"/> from now on.</summary>
    public static void AddCrashPoints(this IServiceCollection services, CrashPoints points)
    {
        services.Decorate<IPaymentIntents>(inner => new CrashingIntents(inner, points));
        services.Decorate<IKlarnaPaymentRequests>(inner => new CrashingKlarna(inner, points));
        services.Decorate<IKlarnaOrders>(inner => new CrashingOrders(inner, points));
        services.Decorate<IWebhookSender>(inner => new CrashingSender(inner, points));
        var storage = services.Single(static service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, StorageNames.Payments));
        services.Remove(storage);
        services.AddKeyedSingleton<IGrainStorage>(StorageNames.Payments, (provider, key) =>
            new CrashingStorage((IGrainStorage)storage.KeyedImplementationFactory!(provider, key), points));
    }

    /// <summary><c>PUT /crash-points</c> sets them, <c>GET</c> shows how far the cases have come, <c>POST /crash-points/{name}</c> says that one has arrived.</summary>
    public static void MapCrashPoints(this WebApplication app, CrashPoints points)
    {
        app.MapPut("/crash-points", (ArmedCase[] cases) => points.Arm(cases));
        app.MapGet("/crash-points", points.Progress);
        app.MapPost("/crash-points/{name}", (string name) => points.Arrive(name));
    }

    private static void Decorate<T>(this IServiceCollection services, Func<T, T> decorate)
        where T : class
    {
        var originals = services.Where(static service => service.ServiceType == typeof(T)).ToList();
        if (originals.Count == 0)
            throw new InvalidOperationException($"There is no {typeof(T).Name} to put crash points around.");
        foreach (var original in originals)
        {
            services.Remove(original);
            services.AddSingleton(provider => decorate((T)(original.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, original.ImplementationType!))));
        }
    }
}

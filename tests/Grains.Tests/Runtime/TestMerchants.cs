using System.Collections.Concurrent;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;

namespace Payments.Grains.Tests.Runtime;

/// <summary>Every merchant has the same payment methods, and an endpoint unless a test takes it away.</summary>
internal sealed class TestMerchants : IMerchants
{
    private readonly ConcurrentDictionary<Guid, WebhookEndpoint?> endpoints = new();

    public void SetEndpoint(Guid merchant, string? url) => endpoints[merchant] = url is null ? null : Endpoint(url);

    public PaymentMethod? FindPaymentMethod(Guid merchantId, Guid paymentMethodId) =>
        new[] { Sample.Card, Sample.Bank, SplitSample.OtherCard }.FirstOrDefault(method => method.Id == paymentMethodId);

    public WebhookEndpoint? FindWebhookEndpoint(Guid merchantId) =>
        endpoints.GetOrAdd(merchantId, id => Endpoint($"https://merchant.example/{id:N}"));

    private static WebhookEndpoint Endpoint(string url) => new(new Uri(url), ["whsec_bm90IGEgc2VjcmV0IGF0IGFsbA=="]);
}

/// <summary>Chance that never varies: no jitter.</summary>
internal sealed class NoChance : IChance
{
    public double Next() => 0.5;
}

using System.Collections.Frozen;
using Payments.Grains.Ports;

namespace Payments.Silo.Configuration;

/// <summary>The merchants' payment methods and webhook endpoints, as section <c>Payments:Merchants</c> lists them. Read once at start.</summary>
internal sealed class ConfiguredMerchants : IMerchants
{
    private readonly FrozenDictionary<(Guid Merchant, Guid Method), PaymentMethod> methods;
    private readonly FrozenDictionary<Guid, WebhookEndpoint> endpoints;

    /// <exception cref="SettingsException">An entry is incomplete or doubled.</exception>
    public ConfiguredMerchants(IConfiguration configuration)
    {
        var merchants = configuration.GetSection("Payments:Merchants").Get<List<MerchantEntry>>() ?? [];
        var methods = new Dictionary<(Guid, Guid), PaymentMethod>();
        var endpoints = new Dictionary<Guid, WebhookEndpoint>();
        foreach (var merchant in merchants)
        {
            foreach (var method in merchant.PaymentMethods)
            {
                if (string.IsNullOrWhiteSpace(method.Reference) || !methods.TryAdd((merchant.Id, method.Id), new(method.Id, method.Kind, method.Reference, method.Customer)))
                    throw new SettingsException($"Payments:Merchants: payment method {method.Id} of merchant {merchant.Id} has no Reference or is listed twice.");
            }

            if (merchant.Webhook is { } webhook)
                endpoints[merchant.Id] = Endpoint(merchant.Id, webhook);
        }

        this.methods = methods.ToFrozenDictionary();
        this.endpoints = endpoints.ToFrozenDictionary();
    }

    /// <inheritdoc />
    public PaymentMethod? FindPaymentMethod(Guid merchantId, Guid paymentMethodId) => methods.GetValueOrDefault((merchantId, paymentMethodId));

    /// <inheritdoc />
    public WebhookEndpoint? FindWebhookEndpoint(Guid merchantId) => endpoints.GetValueOrDefault(merchantId);

    private static WebhookEndpoint Endpoint(Guid merchantId, WebhookEntry webhook)
    {
        if (webhook.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } url)
            throw new SettingsException($"Payments:Merchants: the webhook URL of merchant {merchantId} is not an absolute http or https URL.");
        if (webhook.Secrets.Count is 0 or > 2 || webhook.Secrets.Any(static secret => !secret.StartsWith("whsec_", StringComparison.Ordinal)))
            throw new SettingsException($"Payments:Merchants: merchant {merchantId} needs one webhook secret, or two during rotation, each beginning with whsec_.");
        return new WebhookEndpoint(url, [.. webhook.Secrets]);
    }

    private sealed class MerchantEntry
    {
        public Guid Id { get; set; }

        public List<MethodEntry> PaymentMethods { get; } = [];

        public WebhookEntry? Webhook { get; set; }
    }

    private sealed class MethodEntry
    {
        public Guid Id { get; set; }

        public PaymentMethodKind Kind { get; set; }

        public string Reference { get; set; } = "";

        public string? Customer { get; set; }
    }

    private sealed class WebhookEntry
    {
        public Uri? Url { get; set; }

        public List<string> Secrets { get; } = [];
    }
}

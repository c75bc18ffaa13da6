using System.Collections.Frozen;
using Payments.Grains.Ports;
using Payments.Grains.Webhooks;

namespace Payments.Silo.Configuration;

/// <summary>The merchants' payment methods and webhook endpoints, as section <c>Payments:Merchants</c> lists them. Read once at start.</summary>
internal sealed class ConfiguredMerchants : IMerchants
{
    private static readonly string[] EventNames =
    [
        .. Enum.GetValues<PaymentStatus>().Select(PaymentWebhook.EventOf).OfType<string>(),
        .. Enum.GetValues<RefundState>().Where(static state => state != RefundState.Initiated).Select(RefundWebhook.EventOf),
    ];

    private readonly FrozenDictionary<(Guid Merchant, Guid Method), PaymentMethod> methods;
    private readonly FrozenDictionary<Guid, WebhookEndpoint> endpoints;

    /// <exception cref="SettingsException">An entry is incomplete or doubled.</exception>
    public ConfiguredMerchants(IConfiguration configuration)
    {
        var methods = new Dictionary<(Guid, Guid), PaymentMethod>();
        var endpoints = new Dictionary<Guid, WebhookEndpoint>();
        foreach (var section in configuration.GetSection("Payments:Merchants").GetChildren())
        {
            var merchant = Read<MerchantEntry>(section);
            foreach (var method in section.GetSection("PaymentMethods").GetChildren().Select(Read<MethodEntry>))
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

    /// <summary>One entry at a time: of a list, the binder leaves out what it cannot convert, and says nothing.</summary>
    private static T Read<T>(IConfigurationSection section)
        where T : new()
    {
        try
        {
            return section.Get<T>() ?? new T();
        }
        catch (InvalidOperationException error)
        {
            throw new SettingsException(error.Message);
        }
    }

    private static WebhookEndpoint Endpoint(Guid merchantId, WebhookEntry webhook)
    {
        if (webhook.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } url)
            throw new SettingsException($"Payments:Merchants: the webhook URL of merchant {merchantId} is not an absolute http or https URL.");
        if (webhook.Secrets.Count is 0 or > 2 || webhook.Secrets.Any(static secret => !secret.StartsWith("whsec_", StringComparison.Ordinal)))
            throw new SettingsException($"Payments:Merchants: merchant {merchantId} needs one webhook secret, or two during rotation, each beginning with whsec_.");
        if (webhook.Events.FirstOrDefault(static name => !EventNames.Contains(name)) is { } unknown)
            throw new SettingsException($"Payments:Merchants: merchant {merchantId} asks for the unknown webhook event '{unknown}'; there are {string.Join(", ", EventNames)}.");
        return new WebhookEndpoint(url, [.. webhook.Secrets], webhook.Events.Count == 0 ? null : webhook.Events.ToFrozenSet(StringComparer.Ordinal));
    }

    private sealed class MerchantEntry
    {
        public Guid Id { get; set; }

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

        public List<string> Events { get; } = [];
    }
}

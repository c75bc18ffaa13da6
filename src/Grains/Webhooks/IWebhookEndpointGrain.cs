namespace Payments.Grains.Webhooks;

/// <summary>Remembers that a merchant's endpoint asked for no more webhooks (HTTP 410). The grain key is the merchant id.</summary>
[Alias("payments.IWebhookEndpointGrain")]
public interface IWebhookEndpointGrain : IGrainWithGuidKey
{
    /// <summary>The URL that is switched off, or null. An endpoint that was since configured with another URL is not affected.</summary>
    [Alias("GetDisabledUrl")]
    Task<string?> GetDisabledUrlAsync();

    /// <summary>Switches the URL off.</summary>
    [Alias("Disable")]
    Task DisableAsync(string url);
}

namespace Payments.Providers;

/// <summary>How Klarna is reached. Configuration section <c>Payments:Klarna</c>.</summary>
public sealed class KlarnaOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payments:Klarna";

    /// <summary>Base URL, without a path. Klarna's test host is <c>https://api-global.test.klarna.com</c>.</summary>
    public string BaseUrl { get; set; } = "https://api-global.klarna.com";

    /// <summary>The API key, <c>klarna_…_api_…</c>. Never logged.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Where a customer comes back to from Klarna's pages, or null to send none.</summary>
    public string? ReturnUrl { get; set; }

    /// <summary>How long a request stays open, 15 minutes to 48 hours, or null for Klarna's own default (3 hours).</summary>
    public TimeSpan? InteractionExpiry { get; set; }

    /// <summary>Connections to the host at most.</summary>
    public int MaxConnections { get; set; } = 64;

    /// <summary>Whether requests carry our trace context, <c>traceparent</c>.</summary>
    public bool SendTraceContext { get; set; }

    /// <summary>After this long a connection is replaced.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);
}

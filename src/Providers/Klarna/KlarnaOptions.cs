namespace Payments.Providers;

/// <summary>How Klarna is reached. Configuration section <c>Payments:Klarna</c>.</summary>
public sealed class KlarnaOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payments:Klarna";

    /// <summary>Base URL, without a path. Klarna's test host is <c>https://api-global.test.klarna.com</c>.</summary>
    public string BaseUrl { get; set; } = "https://api-global.klarna.com";

    /// <summary>Base URL of the classic APIs (in-store sessions, order management), or null for the one that belongs to <see cref="BaseUrl"/>: Klarna's
    /// European hosts beside its global ones, any other host as it is.</summary>
    public string? ClassicBaseUrl { get; set; }

    /// <summary>The country of an in-store session that names none: ISO 3166, two letters.</summary>
    public string DefaultCountry { get; set; } = "GR";

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

    private const string GlobalHost = "https://api-global.klarna.com";
    private const string GlobalTestHost = "https://api-global.test.klarna.com";

    /// <summary>Where the classic APIs are, without a slash at the end.</summary>
    internal string ClassicBase => (ClassicBaseUrl ?? BaseUrl.TrimEnd('/') switch
    {
        GlobalHost => "https://api.klarna.com",
        GlobalTestHost => "https://api.playground.klarna.com",
        var other => other,
    }).TrimEnd('/');
}

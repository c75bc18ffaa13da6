namespace Payments.Providers;

/// <summary>How Stripe is reached. Configuration section <c>Payments:Stripe</c>.</summary>
public sealed class StripeOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payments:Stripe";

    /// <summary>Base URL, without a path.</summary>
    public string ApiBase { get; set; } = "https://api.stripe.com";

    /// <summary>The secret or restricted key, <c>sk_…</c> or <c>rk_…</c>. Never logged.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Where a customer comes back to after a 3-D Secure redirect, or null: then only challenges without a redirect work.</summary>
    public string? ReturnUrl { get; set; }

    /// <summary>How many intents or refunds are looked through for one of ours before the search is given up without a result.</summary>
    public int SearchLimit { get; set; } = 1000;

    /// <summary>Connections to the host at most.</summary>
    public int MaxConnections { get; set; } = 128;

    /// <summary>Whether requests carry our trace context, <c>traceparent</c>.</summary>
    public bool SendTraceContext { get; set; }

    /// <summary>After this long a connection is replaced.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);
}

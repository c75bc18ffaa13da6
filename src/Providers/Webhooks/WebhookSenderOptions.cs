namespace Payments.Providers;

/// <summary>How webhooks are sent. Configuration section <c>Payments:Webhooks</c>.</summary>
public sealed class WebhookSenderOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payments:Webhooks";

    /// <summary>Whether endpoints may have loopback, private and link-local addresses. Only for running everything on one machine:
    /// it lets a merchant aim requests at our own network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Connections to one endpoint's host at most.</summary>
    public int MaxConnectionsPerEndpoint { get; set; } = 8;

    /// <summary>After this long a connection is replaced, and with it the check of the host's address.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);
}

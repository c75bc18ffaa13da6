namespace Payments.Providers;

/// <summary>How webhooks are sent. Configuration section <c>Payments:Webhooks</c>.</summary>
public sealed class WebhookSenderOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payments:Webhooks";

    /// <summary>Whether endpoints may have loopback, private and link-local addresses. Only for running everything on one machine:
    /// it lets a merchant aim requests at our own network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Connections to one host at most. Merchants can share a host: how many deliveries of one merchant are in flight is the dispatcher's
    /// limit, and a smaller number here would let a slow merchant take the connections of the others.</summary>
    public int MaxConnectionsPerEndpoint { get; set; } = 1_000;

    /// <summary>Whether webhooks carry our trace context, <c>traceparent</c>.</summary>
    public bool SendTraceContext { get; set; }

    /// <summary>After this long a connection is replaced, and with it the check of the host's address.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);
}

namespace Payments.Grains.Webhooks;

/// <summary>Limits of webhook delivery. Configuration section <c>Payments:Webhooks</c>.</summary>
public sealed record WebhookDispatcherOptions
{
    /// <summary>Deliveries in flight to one merchant at a time.</summary>
    public int ConcurrencyPerEndpoint { get; init; } = 16;

    /// <summary>Deliveries that may wait for one merchant in memory; the rest waits in storage.</summary>
    public int QueuePerEndpoint { get; init; } = 2048;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Failures in a row after which an endpoint is left alone for a while.</summary>
    public int BreakerFailures { get; init; } = 20;

    /// <summary>For how long.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for deliveries in flight.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

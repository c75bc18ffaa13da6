namespace Payments.Sandbox;

/// <summary>One request that reached a merchant's webhook endpoint, accepted or not.</summary>
public sealed record WebhookDelivery
{
    /// <summary>Position among all deliveries, from 1, without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>When the whole body had arrived.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Merchant name or id as written in the path.</summary>
    public required string Merchant { get; init; }

    /// <summary>Header <c>webhook-id</c> (Standard Webhooks): the same on every attempt of one message.</summary>
    public string? WebhookId { get; init; }

    /// <summary>Header <c>webhook-timestamp</c>, as sent.</summary>
    public string? WebhookTimestamp { get; init; }

    /// <summary>Header <c>webhook-signature</c>, as sent.</summary>
    public string? WebhookSignature { get; init; }

    /// <summary>Whether a signature matched the merchant's secret; null when no secret is configured.</summary>
    public bool? SignatureValid { get; init; }

    /// <summary>The body's <c>name</c> or <c>type</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The payment that the body is about, read from <c>payload.id</c>.</summary>
    public string? Payment { get; init; }

    /// <summary>HTTP status that the endpoint answered; 0 when it dropped the connection instead.</summary>
    public required int Answered { get; init; }

    /// <summary>The raw body.</summary>
    public required string Body { get; init; }

    /// <summary>Whether the sender got a 2xx.</summary>
    public bool Accepted => Answered is >= 200 and < 300;
}

using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>One attempt to deliver an event.</summary>
public sealed record EventDelivery
{
    /// <summary>Position among all attempts, from 1, without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>stripe</c> or <c>klarna</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The event's id, the same on every attempt.</summary>
    public required string EventId { get; init; }

    /// <summary>The event's type.</summary>
    public required string Type { get; init; }

    /// <summary>The payment intent or payment request concerned.</summary>
    [JsonPropertyName("object")]
    public required string ObjectId { get; init; }

    /// <summary>What the event carries: that object, or its charge or refund.</summary>
    [JsonPropertyName("subject")]
    public required string SubjectId { get; init; }

    /// <summary>Where it went.</summary>
    public required string Url { get; init; }

    /// <summary>1 or more.</summary>
    public required int Attempt { get; init; }

    /// <summary>HTTP status that it was answered with; 0 without an answer, or when a fault swallowed it.</summary>
    public required int Answered { get; init; }

    /// <summary>The fault that hit it, or null.</summary>
    public string? Fault { get; init; }

    /// <summary>The body of the answer, up to its first kilobyte.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the receiver got it and said so.</summary>
    public bool Accepted => Answered is >= 200 and < 300;
}

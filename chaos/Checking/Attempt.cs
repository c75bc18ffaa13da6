namespace Payments.Chaos.Checking;

/// <summary>What a client asked for.</summary>
internal enum CallKind
{
    /// <summary>POST.</summary>
    Create,

    /// <summary>GET.</summary>
    Read,

    /// <summary>PATCH.</summary>
    Cancel,
}

/// <summary>How a try ended.</summary>
internal enum Ending
{
    /// <summary>No connection was made: the request certainly never left.</summary>
    NotSent,

    /// <summary>Sent, and the connection ended or the client's patience did: nobody knows whether it arrived.</summary>
    NoAnswer,

    /// <summary>An HTTP answer came back whole.</summary>
    Answered,
}

/// <summary>One line of the clients' journal: one try of one request.</summary>
internal sealed record Attempt
{
    /// <summary>The order it is about.</summary>
    public required string Reference { get; init; }

    /// <summary>What was asked for.</summary>
    public required CallKind Kind { get; init; }

    /// <summary>Which client sent it: the tries of one client follow one another.</summary>
    public required string Client { get; init; }

    /// <summary>The name that its token or its key carries.</summary>
    public required string Actor { get; init; }

    /// <summary>Whether the client belongs to another merchant than the order does.</summary>
    public bool Foreign { get; init; }

    /// <summary>Why it cancels, as the audit trail must repeat it; null where the contract has no reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Its <c>Idempotency-Key</c>, or null.</summary>
    public string? Key { get; init; }

    /// <summary>Which silo it went to, from 0.</summary>
    public required int Silo { get; init; }

    /// <summary>When it was sent, on the runner's monotonic clock.</summary>
    public required TimeSpan SentAt { get; init; }

    /// <summary>When it ended, on the same clock.</summary>
    public required TimeSpan EndedAt { get; init; }

    /// <summary>How it ended.</summary>
    public required Ending Ending { get; init; }

    /// <summary>HTTP status; 0 without an answer.</summary>
    public int Status { get; init; }

    /// <summary>The answer's body, or what became of the connection.</summary>
    public string Body { get; init; } = "";

    /// <summary>Whether the request may have reached a silo.</summary>
    public bool MayHaveArrived => Ending != Ending.NotSent;

    /// <summary>Whether the answer settles the question: an error of the server's does not, nor that the first request with the same key is still under way.</summary>
    public bool IsDefinite => Ending == Ending.Answered && Status < 500 && !(Status == 409 && Key is not null);

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"{SentAt.TotalSeconds:F3}–{EndedAt.TotalSeconds:F3} s {Client}{(Foreign ? " (foreign)" : "")}{(Key is null ? "" : $" [{Key}]")} {Kind} at silo {Silo + 1}: {(Status == 0 ? $"{Ending}" : $"{Status}")} {Body}";
}

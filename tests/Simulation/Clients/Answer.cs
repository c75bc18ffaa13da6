namespace Payments.Simulation.Clients;

/// <summary>What a caller knows after a call.</summary>
internal enum AnswerKind
{
    /// <summary>It was answered.</summary>
    Given,

    /// <summary>The service failed: HTTP 5xx.</summary>
    Failed,

    /// <summary>Nothing came back: carried out or not, the caller cannot tell.</summary>
    Lost,
}

/// <summary>What came back, if anything.</summary>
internal readonly record struct Answer<T>(AnswerKind Kind, T? Value)
{
    public bool IsGiven => Kind == AnswerKind.Given;
}

namespace Payments.Chaos;

/// <summary>The run cannot go on. The message says why, in one line.</summary>
internal sealed class ChaosException(string message) : Exception(message);

namespace Payments.Bench;

/// <summary>The run cannot give a figure. The message says why, in one line.</summary>
internal sealed class BenchException(string message) : Exception(message);

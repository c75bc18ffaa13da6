namespace Payments.Demo;

/// <summary>The story cannot go on. The message is for the reader of the transcript.</summary>
internal sealed class DemoException(string message) : Exception(message);

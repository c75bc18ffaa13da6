using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Payments.Telemetry.Tests.Harness;

/// <summary>Keeps what is logged.</summary>
public sealed class CollectedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> entries = new();

    /// <summary>What was logged so far.</summary>
    public IReadOnlyCollection<(LogLevel Level, string Text)> Entries => entries;

    /// <summary>Forgets it.</summary>
    public void Clear() => entries.Clear();

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));

    /// <inheritdoc />
    public void Dispose()
    {
    }
}

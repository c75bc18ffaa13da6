using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Payments.Api.Tests;

/// <summary>Keeps what was logged at Warning or above.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception?.GetType().Name}");
    }

    public void Dispose()
    {
    }
}

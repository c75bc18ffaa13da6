using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Keeps what the API itself logged at Warning or above.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly SemaphoreSlim _written = new(0);

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The oldest line, as soon as there is one.</summary>
    public async Task<string> NextAsync()
    {
        string? line;
        while (!Lines.TryDequeue(out line))
            Assert.True(await _written.WaitAsync(TimeSpan.FromSeconds(30)), "Nothing was logged.");
        return line;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName.StartsWith("Payments.", StringComparison.Ordinal));

    public void Dispose() => _written.Dispose();

    // Says yes to every level, also for the framework's loggers: the server begins a trace only where somebody listens.
    private sealed class Logger(LogRecorder recorder, bool isOurs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!isOurs || logLevel < LogLevel.Warning)
                return;
            recorder.Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception?.GetType().Name}");
            recorder._written.Release();
        }
    }
}

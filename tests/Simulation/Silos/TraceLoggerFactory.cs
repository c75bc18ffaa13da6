using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Payments.Simulation.Engine;

namespace Payments.Simulation.Silos;

/// <summary>Puts what a silo logs into the story of the run; nowhere when nobody listens.</summary>
internal sealed class TraceLoggerFactory(World world, Machine machine) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => world.Trace is null ? NullLogger.Instance : new TraceLogger(world, machine);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one story.");

    public void Dispose()
    {
    }

    private sealed class TraceLogger(World world, Machine machine) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            world.Trace?.Write(world, machine, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} ({exception.Message})");
    }
}

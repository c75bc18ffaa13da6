using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Payments.Silo.Telemetry;
using Payments.Telemetry.Tests.Harness;
using Payments.Testing;

namespace Payments.Telemetry.Tests;

public sealed class JsonLinesTests
{
    private static readonly ManualTimeProvider Time = new(new DateTimeOffset(2026, 4, 4, 12, 11, 12, 345, TimeSpan.FromHours(2)));

    [Fact]
    public void An_entry_is_one_line_with_utc_time_level_message_values_and_the_ids_of_its_trace()
    {
        using var activity = new Activity("test").Start();
        var line = Write(LogLevel.Warning, [new("PaymentId", 7), new("Status", "CANCELLED"), new("{OriginalFormat}", "…")], "first\nsecond \"quoted\"", null);
        Assert.Equal(
            $$$"""{"timestamp":"2026-04-04T10:11:12.345Z","level":"Warning","category":"Payments.Test","message":"first\nsecond \"quoted\"","trace_id":"{{{activity.TraceId}}}","span_id":"{{{activity.SpanId}}}","attributes":{"PaymentId":"7","Status":"CANCELLED"}}""" + "\n",
            line);
    }

    [Fact]
    public void An_entry_without_a_trace_says_none_and_an_exception_stays_on_the_line()
    {
        Activity.Current = null;
        var line = Write(LogLevel.Error, [new("{OriginalFormat}", "…")], "failed", new InvalidOperationException("one\ntwo"));
        Assert.Equal(1, line.Count(static character => character == '\n'));
        using var json = JsonDocument.Parse(line);
        Assert.False(json.RootElement.TryGetProperty("trace_id", out _));
        var exception = json.RootElement.GetProperty("exception");
        Assert.Equal("System.InvalidOperationException", exception.GetProperty("type").GetString());
        Assert.Equal("one\ntwo", exception.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Embedded", false)]
    public void Machines_read_the_console_everywhere_but_in_the_embedded_profile(string environment, bool json)
    {
        var configuration = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json").AddJsonFile($"appsettings.{environment}.json", optional: true).Build();
        Assert.Equal(json, JsonLines.AreConfigured(configuration));
    }

    [Fact]
    public async Task Without_an_exporter_the_console_still_knows_the_trace_of_a_grains_entry()
    {
        var ids = new TraceIdLog();
        await using var host = await ObservedHost.StartAsync(
            receiver: null,
            settings: new Dictionary<string, string>
            {
                ["Logging:Console:FormatterName"] = JsonLines.FormatterName,
                ["Logging:LogLevel:Payments.Grains"] = "Debug",
            },
            configure: builder => builder.Logging.ClearProviders().AddProvider(ids));
        var payment = await host.AuthorizeAsync();
        var (_, traceId) = await host.CancelAsync(payment);
        Assert.Equal(traceId, ids.TraceOf($"Payment {payment}: cancel answered"));
    }

    private static string Write(LogLevel level, KeyValuePair<string, object?>[] values, string message, Exception? exception)
    {
        var writer = new StringWriter { NewLine = "\n" };
        new JsonLines(Time).Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(level, "Payments.Test", default, values, exception, (_, _) => message), null, writer);
        return writer.ToString();
    }

    /// <summary>Remembers the trace that was current at each entry, as the formatter would see it.</summary>
    private sealed class TraceIdLog : ILoggerProvider, ILogger
    {
        private readonly List<(string Text, string? TraceId)> entries = [];

        public string? TraceOf(string beginning)
        {
            lock (entries)
                return Assert.Single(entries, entry => entry.Text.StartsWith(beginning, StringComparison.Ordinal)).TraceId;
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (entries)
                entries.Add((formatter(state, exception), Activity.Current?.TraceId.ToHexString()));
        }

        public void Dispose()
        {
        }
    }
}

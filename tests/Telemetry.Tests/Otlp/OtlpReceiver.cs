using System.Globalization;
using System.Net;
using Payments.Testing.Processes;

namespace Payments.Telemetry.Tests.Otlp;

/// <summary>
/// Receives OTLP over HTTP as protobuf, on a free port of 127.0.0.1, and lets tests wait for what comes in. No ASP.NET Core: that would make spans of
/// every export, and export those.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    /// <summary>How long anything may take that a test waits for. Only a defect takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int SpansTold = 12;

    private readonly HttpListener listener;
    private readonly Task serving;
    private readonly Lock gate = new();
    private readonly List<Span> spans = [];
    private readonly List<Point> points = [];
    private readonly List<LogEntry> logs = [];
    private readonly List<string> requests = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpReceiver(HttpListener listener, string address)
    {
        this.listener = listener;
        Address = address;
        serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens, without a path.</summary>
    public string Address { get; }

    /// <summary>All spans so far. A span that several providers of this process have exported is there once.</summary>
    public IReadOnlyList<Span> Spans => [.. Read(spans).DistinctBy(static span => span.SpanId)];

    /// <summary>All data points so far.</summary>
    public IReadOnlyList<Point> Points => Read(points);

    /// <summary>All log entries so far.</summary>
    public IReadOnlyList<LogEntry> Logs => Read(logs);

    /// <summary>Path of every request and, when there is one, its header <c>x-test</c>.</summary>
    public IReadOnlyList<string> Requests => Read(requests);

    /// <summary>Starts one.</summary>
    public static OtlpReceiver Start()
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Pick(1)[0]}");
        var listener = new HttpListener();
        listener.Prefixes.Add(address + "/");
        listener.Start();
        return new OtlpReceiver(listener, address);
    }

    /// <summary>Waits until what was received fulfils a condition, and returns what the condition finds.</summary>
    /// <exception cref="TimeoutException">It does not; the message says what was looked for.</exception>
    public async Task<T> UntilAsync<T>(string what, Func<OtlpReceiver, T?> find)
        where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task next;
            lock (gate)
                next = changed.Task;
            if (find(this) is { } found)
                return found;
            try
            {
                await next.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                var last = Spans.TakeLast(SpansTold).Select(static span => $"{span.Name} {span.Kind} {span["payments.outcome"]}");
                throw new TimeoutException($"Not received within {Patience}: {what}. The last spans: {string.Join(", ", last)}");
            }
        }
    }

    /// <summary>Waits until a trace is complete, and returns it.</summary>
    public Task<Trace> TraceAsync(string traceId, string what, Func<Trace, bool> complete) => UntilAsync(
        $"trace {traceId} with {what}",
        receiver => new Trace(receiver.Spans.Where(span => span.TraceId == traceId)) is var trace && complete(trace) ? trace : null);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private List<T> Read<T>(List<T> list)
    {
        lock (gate)
            return [.. list];
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        TaskCompletionSource news;
        lock (gate)
        {
            var path = context.Request.Url!.AbsolutePath;
            requests.Add($"{path} {context.Request.Headers["x-test"]}".Trim());
            if (path.EndsWith("/v1/traces", StringComparison.Ordinal))
                spans.AddRange(OtlpDecoder.Spans(body.ToArray()));
            else if (path.EndsWith("/v1/metrics", StringComparison.Ordinal))
                points.AddRange(OtlpDecoder.Points(body.ToArray()));
            else if (path.EndsWith("/v1/logs", StringComparison.Ordinal))
                logs.AddRange(OtlpDecoder.Logs(body.ToArray()));
            news = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // An empty message is no bytes.
        context.Response.ContentType = "application/x-protobuf";
        context.Response.Close();
        news.TrySetResult();
    }
}

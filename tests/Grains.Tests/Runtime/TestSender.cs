using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Payments.Grains.Ports;

namespace Payments.Grains.Tests.Runtime;

/// <summary>One message as an endpoint got it.</summary>
internal sealed record Sent(string Url, string Id, string Body);

/// <summary>Every endpoint answers 204 unless a test says otherwise for its URL.</summary>
internal sealed class TestSender : IWebhookSender
{
    private readonly ConcurrentDictionary<string, TestEndpoint> endpoints = new();

    public TestEndpoint Of(Guid merchant) => Of($"https://merchant.example/{merchant:N}");

    public TestEndpoint Of(string url) => endpoints.GetOrAdd(url, _ => new TestEndpoint());

    public Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint, WebhookMessage message, TimeSpan timeout, CancellationToken cancellationToken) =>
        Of(endpoint.Url.AbsoluteUri).ReceiveAsync(new Sent(endpoint.Url.AbsoluteUri, message.Id, Encoding.UTF8.GetString(message.Body.Span)));
}

/// <summary>What one endpoint got and what it answers.</summary>
internal sealed class TestEndpoint
{
    private readonly Channel<Sent> arrivals = Channel.CreateUnbounded<Sent>();
    private readonly ConcurrentQueue<Sent> all = new();
    private readonly ConcurrentQueue<WebhookAttempt> answers = new();
    private Task gate = Task.CompletedTask;
    private TaskCompletionSource? closed;
    private int inFlight;

    public IReadOnlyCollection<Sent> All => all;

    /// <summary>Most that were in flight at one time.</summary>
    public int InFlightMax { get; private set; }

    public void Answer(params WebhookAttempt[] next)
    {
        foreach (var answer in next)
            answers.Enqueue(answer);
    }

    /// <summary>From now on nothing is answered until <see cref="Open"/>.</summary>
    public void Close()
    {
        closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gate = closed.Task;
    }

    public void Open() => closed?.TrySetResult();

    /// <summary>Waits for the next arrival.</summary>
    public async Task<Sent> ArrivalAsync() => await arrivals.Reader.ReadAsync().AsTask().WaitAsync(TestSilo.Patience);

    public async Task<WebhookAttempt> ReceiveAsync(Sent sent)
    {
        lock (arrivals)
            InFlightMax = Math.Max(InFlightMax, ++inFlight);
        all.Enqueue(sent);
        arrivals.Writer.TryWrite(sent);
        await gate.WaitAsync(TestSilo.Patience);
        lock (arrivals)
            inFlight--;
        return answers.TryDequeue(out var answer) ? answer : new WebhookAttempt(204, null, null);
    }
}

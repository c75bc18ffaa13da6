using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Payments.Grains.Ports;

namespace Payments.Grains.Webhooks;

/// <summary>One lane per merchant: a bounded queue, a bounded number of deliveries in flight and a circuit breaker, so that a slow
/// merchant never slows another (design §8).</summary>
public sealed partial class WebhookDispatcher(
    IGrainFactory grains,
    IMerchants merchants,
    IWebhookSender sender,
    IOptions<WebhookDispatcherOptions> options,
    TimeProvider time,
    IMeterFactory meters,
    ILogger<WebhookDispatcher> logger,
    TaskScheduler? scheduler = null) : IWebhookDispatcher, IHostedService, IDisposable
{
    private const int Gone = 410;

    private readonly WebhookDispatcherOptions limits = options.Value;
    private readonly TimeProvider clock = time;
    private readonly TaskScheduler workerScheduler = scheduler ?? TaskScheduler.Default;
    private readonly ILogger log = logger;
    private readonly ConcurrentDictionary<Guid, Lane> lanes = new();
    private readonly ConcurrentDictionary<string, byte> taken = new();
    private readonly CancellationTokenSource stopping = new();

    /// <inheritdoc />
    public void Enqueue(GrainId owner, Guid merchantId, OutboxEntry entry)
    {
        if (stopping.IsCancellationRequested || !taken.TryAdd(entry.Id, 0))
            return;

        var lane = lanes.GetOrAdd(merchantId, static (id, self) => new Lane(id, self), this);
        if (!lane.TryAdd(new Job(owner, entry, CausedByCurrent())))
            taken.TryRemove(entry.Id, out _);
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(PaymentInstruments.Name);
        meter.CreateObservableUpDownCounter(
            "payments.webhook.queue.length", () => lanes.Values.Sum(static lane => lane.Waiting), "{delivery}", "Deliveries that wait in memory.");
        meter.CreateObservableUpDownCounter(
            "payments.webhook.breakers.open", () => lanes.Values.Count(static lane => lane.Breaker.IsOpen), "{endpoint}", "Endpoints that are left alone.");
        return Task.CompletedTask;
    }

    /// <summary>Takes nothing on any more and lets what is in flight end, within <see cref="WebhookDispatcherOptions.StopTimeout"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        try
        {
            await Task.WhenAll(lanes.Values.Select(lane => lane.Idle)).WaitAsync(limits.StopTimeout, clock, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            LogStoppedInFlight(log, taken.Count);
        }
    }

    /// <inheritdoc />
    public void Dispose() => stopping.Dispose();

    private async Task DeliverAsync(Job job, Lane lane)
    {
        try
        {
            // A worker serves many payments; none of them may pass its trace on to the next.
            Activity.Current = null;
            RequestContext.Clear();
            using var activity = StartActivity(job, lane);
            var report = await AttemptAsync(job.Entry, lane);
            Describe(report, activity);
            await grains.GetGrain<IOutboxGrain>(job.Owner).RecordDeliveryAsync(report);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Not recorded means due again: delivered at least once.
            LogNotRecorded(log, error, job.Entry.Id);
        }
        finally
        {
            taken.TryRemove(job.Entry.Id, out _);
        }
    }

    private async Task<DeliveryReport> AttemptAsync(OutboxEntry entry, Lane lane)
    {
        if (merchants.FindWebhookEndpoint(lane.MerchantId) is not { } endpoint)
            return new DeliveryReport(entry.Id, DeliveryReportKind.GivenUp, null, null, "no_endpoint");

        var url = endpoint.Url.AbsoluteUri;
        var endpointGrain = grains.GetGrain<IWebhookEndpointGrain>(lane.MerchantId);
        lane.DisabledUrl ??= await endpointGrain.GetDisabledUrlAsync() ?? "";
        if (lane.DisabledUrl == url)
            return new DeliveryReport(entry.Id, DeliveryReportKind.GivenUp, null, null, "endpoint_disabled");
        if (!lane.Breaker.TryEnter(out var wait))
            return new DeliveryReport(entry.Id, DeliveryReportKind.Postponed, null, wait, null);

        if (entry.Attempts > 0)
            PaymentInstruments.DeliveryRetried();
        var message = new WebhookMessage(entry.Id, Encoding.UTF8.GetBytes(entry.Body));
        var began = clock.GetTimestamp();
        var attempt = await sender.SendAsync(endpoint, message, limits.AttemptTimeout, CancellationToken.None);
        PaymentInstruments.DeliveryAttempted(clock.GetElapsedTime(began), attempt.Delivered ? "delivered" : "failed", ErrorType(attempt.StatusCode, attempt.Error));
        if (attempt.Delivered)
            PaymentInstruments.Delivered(clock.GetUtcNow() - entry.CreatedAt);
        lane.Breaker.Record(attempt.Delivered);
        if (attempt.StatusCode == Gone)
        {
            lane.DisabledUrl = url;
            await endpointGrain.DisableAsync(url);
        }

        if (!attempt.Delivered)
            LogFailed(log, entry.Id, lane.MerchantId, attempt.StatusCode, attempt.Error);
        return DeliveryReport.Of(entry.Id, attempt);
    }

    /// <summary>What runs now is what causes the attempt. Marked as remote, as if it had come over the wire: then a trace that nobody records still
    /// hands its id on to the logs.</summary>
    private static ActivityContext CausedByCurrent() => Activity.Current is { } cause
        ? new ActivityContext(cause.TraceId, cause.SpanId, cause.ActivityTraceFlags, cause.TraceStateString, isRemote: true)
        : default;

    private static Activity? StartActivity(Job job, Lane lane)
    {
        var activity = PaymentInstruments.Activities.StartActivity("webhook.attempt", ActivityKind.Client, job.Parent);
        activity.LinkTo(job.Entry.TraceParent);
        activity?.SetTag("payments.webhook.id", job.Entry.Id);
        activity?.SetTag("payments.webhook.event", job.Entry.Event);
        activity?.SetTag("payments.webhook.attempt", job.Entry.Attempts + 1);
        activity?.SetTag("payments.merchant.id", lane.MerchantId.ToString());
        return activity;
    }

    private static void Describe(DeliveryReport report, Activity? activity)
    {
        var outcome = Outcome(report);
        PaymentInstruments.DeliveryEnded(outcome);
        activity?.SetTag(PaymentInstruments.OutcomeTag, outcome);
        if (outcome is not "failed")
            return;

        var error = ErrorType(report.StatusCode, report.Error);
        activity?.SetTag("error.type", error);
        activity?.SetStatus(ActivityStatusCode.Error, error);
    }

    private static string Outcome(DeliveryReport report) => report switch
    {
        { Kind: DeliveryReportKind.Postponed } => "postponed",
        { Kind: DeliveryReportKind.GivenUp } => "given_up",
        { StatusCode: >= 200 and <= 299 } => "delivered",
        _ => "failed",
    };

    /// <summary>What went wrong, of few kinds: our own word for no answer, or the class of the status.</summary>
    private static string? ErrorType(int? status, string? error) => status switch
    {
        null => error,
        >= 200 and <= 299 => null,
        < 400 => "3xx",
        < 500 => "4xx",
        _ => "5xx",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook {WebhookId} to merchant {MerchantId} failed: status {StatusCode}, {Error}.")]
    private static partial void LogFailed(ILogger logger, string webhookId, Guid merchantId, int? statusCode, string? error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {WebhookId}: the result could not be recorded; it will be delivered again.")]
    private static partial void LogNotRecorded(ILogger logger, Exception error, string webhookId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped with {Count} webhooks in flight; they will be delivered again.")]
    private static partial void LogStoppedInFlight(ILogger logger, int count);

    private readonly record struct Job(GrainId Owner, OutboxEntry Entry, ActivityContext Parent);

    /// <summary>The deliveries of one merchant. Workers start when there is work and end when there is none.</summary>
    private sealed class Lane(Guid merchantId, WebhookDispatcher dispatcher)
    {
        private readonly Channel<Job> jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(dispatcher.limits.QueuePerEndpoint));
        private readonly ConcurrentDictionary<int, Task> running = new();
        private int workers;
        private int lastWorker;

        public Guid MerchantId => merchantId;

        public CircuitBreaker Breaker { get; } = new(dispatcher.limits.BreakerFailures, dispatcher.limits.BreakerPause, dispatcher.clock);

        /// <summary>The URL that asked for no more webhooks; empty for none, null while it was not looked up.</summary>
        public string? DisabledUrl { get; set; }

        /// <summary>Jobs that no worker has taken.</summary>
        public int Waiting => jobs.Reader.Count;

        /// <summary>Completes when nothing is in flight.</summary>
        public Task Idle => Task.WhenAll(running.Values);

        public bool TryAdd(Job job)
        {
            if (!jobs.Writer.TryWrite(job))
            {
                LogFull(dispatcher.log, merchantId);
                return false;
            }

            if (TryTakeWorkerPlace())
                StartWorker();
            return true;
        }

        private bool TryTakeWorkerPlace()
        {
            // Never above the limit, not even for a moment: a worker that looks in that moment would leave the last job to nobody.
            var taken = Interlocked.CompareExchange(ref workers, 0, 0);
            while (taken < dispatcher.limits.ConcurrencyPerEndpoint)
            {
                var seen = Interlocked.CompareExchange(ref workers, taken + 1, taken);
                if (seen == taken)
                    return true;
                taken = seen;
            }

            return false;
        }

        private void StartWorker()
        {
            var id = Interlocked.Increment(ref lastWorker);
            var worker = new Task<Task>(async () =>
            {
                await DrainAsync();
                running.TryRemove(id, out _);
            });
            running[id] = worker.Unwrap();

            // Off the grain's scheduler: a delivery must not hold the turn of the payment that it belongs to.
            worker.Start(dispatcher.workerScheduler);
        }

        private async Task DrainAsync()
        {
            do
            {
                while (!dispatcher.stopping.IsCancellationRequested && jobs.Reader.TryRead(out var job))
                    await dispatcher.DeliverAsync(job, this);
                Interlocked.Decrement(ref workers);

                // A job may have come in after the last look, when all places were still taken: look once more.
            }
            while (!dispatcher.stopping.IsCancellationRequested && jobs.Reader.Count > 0 && TryTakeWorkerPlace());
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Merchant {MerchantId}: the delivery queue is full; the rest waits in storage.")]
    private static partial void LogFull(ILogger logger, Guid merchantId);
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Payments.Sandbox;

/// <summary>
/// Pushes every event to the endpoints of its provider, several at a time and so in no particular order, until each is answered with
/// 2xx. What is under way when the program ends is lost; a real provider would go on.
/// </summary>
internal sealed class EventSender : IDisposable
{
    private const int AttemptsMax = 16;
    private const int InFlightMax = 64;
    private const int WaitingMax = 100_000;
    private const int AnswerLengthMax = 1024;
    private static readonly TimeSpan s_waitMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_reorderWaitMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_staleBy = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(string Provider, string Url), EventEndpoint> _endpoints = new();
    private readonly SemaphoreSlim _places = new(InFlightMax);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    private readonly Ledger _ledger;
    private readonly FaultInjector _faults;
    private readonly CallCounters _counters;
    private readonly TimeProvider _time;
    private int _waiting;

    public EventSender(Ledger ledger, FaultInjector faults, CallCounters counters, TimeProvider time)
    {
        (_ledger, _faults, _counters, _time) = (ledger, faults, counters, time);
        ledger.Committed = Publish;
    }

    /// <summary>The endpoints of one provider.</summary>
    public IReadOnlyList<string> Endpoints(string provider) =>
        [.. _endpoints.Keys.Where(key => key.Provider == provider).Select(key => key.Url).Order(StringComparer.Ordinal)];

    /// <summary>Adds an endpoint, or replaces the one with the same URL. Only later events go there.</summary>
    public void Configure(EventEndpoint endpoint) => _endpoints[(endpoint.Provider, endpoint.Url)] = endpoint;

    /// <summary>Forgets the endpoints of one provider, and gives up what is still to be delivered there.</summary>
    public void Clear(string provider)
    {
        foreach (var key in _endpoints.Keys.Where(key => key.Provider == provider))
            _endpoints.TryRemove(key, out _);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _http.Dispose();
    }

    /// <summary>Called with every commit, in the order of the commits of one object.</summary>
    private void Publish(LedgerOperation operation)
    {
        if (_endpoints.IsEmpty)
            return;
        foreach (var made in ProviderEvents.OfStripe(operation))
            Publish(EventEndpoint.Stripe, made, static (writer, view) => StripeJson.Write(writer, view));
        if (ProviderEvents.OfKlarna(operation) is { } klarna)
            Publish(EventEndpoint.Klarna, klarna, KlarnaJson.WriteEvent);
    }

    private void Publish(string provider, EventView made, Action<System.Text.Json.Utf8JsonWriter, EventView> write)
    {
        byte[]? body = null;
        foreach (var endpoint in _endpoints.Values.Where(endpoint => endpoint.Provider == provider))
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
            {
                Interlocked.Decrement(ref _waiting);
                continue;
            }

            body ??= Reply.Bytes(made, write);
            var job = new Job(endpoint, made, body);
            _ = Task.Run(() => DeliverAsync(job));
        }
    }

    private async Task DeliverAsync(Job job)
    {
        try
        {
            var wait = TimeSpan.FromSeconds(job.Endpoint.RetrySeconds);
            for (var attempt = 1; attempt <= AttemptsMax && IsWanted(job.Endpoint); attempt++)
            {
                if (await AttemptAsync(job, attempt))
                    return;
                await Task.Delay(wait, _time, _stopping.Token);
                wait = wait * 2 < s_waitMax ? wait * 2 : s_waitMax;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The program ends.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool IsWanted(EventEndpoint endpoint) => _endpoints.ContainsKey((endpoint.Provider, endpoint.Url));

    /// <returns>Whether the event needs no further attempt.</returns>
    private async Task<bool> AttemptAsync(Job job, int attempt)
    {
        var operation = $"{job.Endpoint.Provider}.event";
        var counter = _counters.For(operation);
        counter.Called();
        var hit = _faults.Take(operation, executes: true, job.IsAbout);
        if (hit.Any)
            counter.Faulted();
        if (hit.Is(FaultKind.DropBefore))
        {
            Record(job, attempt, hit, 0, null);
            return true;
        }

        if (hit.Is(FaultKind.Reorder))
            await _ledger.WaitForLaterEventAsync(job.Event, s_reorderWaitMax, _stopping.Token);
        if (hit.Latency is { } latency)
            await Task.Delay(TimeSpan.FromMilliseconds(latency.LatencyMs), _time, _stopping.Token);
        if (hit.Is(FaultKind.Duplicate))
            await Task.WhenAll(PostAsync(job, attempt, hit), PostAsync(job, attempt, hit));

        var accepted = await PostAsync(job, attempt, hit);
        return accepted && !hit.Is(FaultKind.DropAfter);
    }

    private async Task<bool> PostAsync(Job job, int attempt, FaultHit hit)
    {
        await _places.WaitAsync(_stopping.Token);
        var status = 0;
        string? answer = null;
        try
        {
            var at = _time.GetUtcNow() - (hit.Is(FaultKind.StaleTimestamp) ? s_staleBy : TimeSpan.Zero);
            using var request = new HttpRequestMessage(HttpMethod.Post, job.Endpoint.Url) { Content = new ByteArrayContent(job.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
            foreach (var (name, value) in job.Endpoint.Sign(job.Body, at, spoiled: hit.Is(FaultKind.BadSignature)))
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, _stopping.Token);
            status = (int)response.StatusCode;
            answer = await response.Content.ReadAsStringAsync(_stopping.Token);
        }
        catch (Exception lost)
            when (lost is HttpRequestException or IOException or TaskCanceledException && !_stopping.IsCancellationRequested)
        {
            // No answer: tried again.
        }
        finally
        {
            _places.Release();
        }

        var delivery = Record(job, attempt, hit, status, answer);
        var counted = status == 0 ? StatusCodes.Status500InternalServerError : status;
        _counters.For($"{job.Endpoint.Provider}.event").Answered(counted, replayed: attempt > 1);
        return delivery.Accepted;
    }

    private EventDelivery Record(Job job, int attempt, FaultHit hit, int status, string? answer)
    {
        var delivery = new EventDelivery
        {
            At = _time.GetUtcNow(),
            Provider = job.Endpoint.Provider,
            EventId = job.Event.Id,
            Type = job.Event.Type,
            ObjectId = job.Event.ObjectId,
            SubjectId = job.Event.SubjectId,
            Url = job.Endpoint.Url,
            Attempt = attempt,
            Answered = status,
            Fault = hit.Main?.Kind.ToString() ?? hit.Latency?.Kind.ToString(),
            Answer = answer is { Length: > AnswerLengthMax } ? answer[..AnswerLengthMax] : answer,
        };
        _ledger.Record(delivery);
        return delivery;
    }

    private sealed record Job(EventEndpoint Endpoint, EventView Event, byte[] Body)
    {
        /// <summary>A fault names an object, an event's type, or a metadata value.</summary>
        public bool IsAbout(string named) => named == Event.ObjectId || named == Event.SubjectId || named == Event.Type
            || Event.Operation.Metadata?.Values.Contains(named) == true;
    }
}

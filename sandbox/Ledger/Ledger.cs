namespace Payments.Sandbox;

/// <summary>
/// The sandbox's memory of what really happened: effective provider operations and received webhooks, each in one
/// order. Safe for concurrent use; a commit is visible here before the caller that made it is answered.
/// </summary>
public sealed class Ledger : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AppendLog<LedgerOperation> _operations = new();
    private readonly AppendLog<WebhookDelivery> _webhooks = new();
    private readonly AppendLog<EventDelivery> _events = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly TimeProvider _time;
    private Journal? _journal;
    private int _accepted;

    internal Ledger(TimeProvider time) => _time = time;

    /// <summary>Effective operations in order.</summary>
    /// <param name="objectId">Only those of this object; a payment intent's or a Klarna request's refunds belong to it, too.</param>
    /// <param name="operation">Only those of this name.</param>
    /// <param name="since">Only those with a higher sequence number.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<LedgerOperation> Operations(
        string? objectId = null, string? operation = null, long since = 0, int limit = int.MaxValue)
    {
        lock (_gate)
            return _operations.Select(objectId, since, found => operation is null || found.Operation == operation, limit);
    }

    /// <summary>Received webhooks in order, refused ones included.</summary>
    public IReadOnlyList<WebhookDelivery> Webhooks(
        string? merchant = null, string? payment = null, long since = 0, int limit = int.MaxValue, string? name = null)
    {
        lock (_gate)
            return _webhooks.Select(payment, since, found => IsOf(found, merchant, name), limit);
    }

    /// <summary>Attempts to deliver the providers' events, in order.</summary>
    /// <param name="objectId">Only those about this payment intent or payment request, or this refund or charge.</param>
    /// <param name="type">Only those of this type.</param>
    /// <param name="since">Only those with a higher sequence number.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<EventDelivery> Events(string? objectId = null, string? type = null, long since = 0, int limit = int.MaxValue)
    {
        lock (_gate)
            return _events.Select(objectId, since, found => type is null || found.Type == type, limit);
    }

    /// <summary>
    /// Waits until <paramref name="count"/> matching deliveries were accepted and returns them; fewer when <paramref name="timeout"/>
    /// passed.
    /// </summary>
    public Task<IReadOnlyList<EventDelivery>> WaitForEventsAsync(
        string? objectId, string? type, int count = 1, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(_events, objectId, found => found.Accepted && (type is null || found.Type == type), count, timeout, cancellation);

    /// <summary>Waits until a later event of the same object was accepted, or <paramref name="timeout"/> passed. Ids of events grow with the commits.</summary>
    internal Task WaitForLaterEventAsync(EventView made, TimeSpan timeout, CancellationToken cancellation) => WaitAsync(
        _events, made.ObjectId, found => found.Accepted && string.CompareOrdinal(found.EventId, made.Id) > 0, 1, timeout, cancellation);

    /// <summary>How often each effective operation happened.</summary>
    public IReadOnlyDictionary<string, long> Counts()
    {
        lock (_gate)
            return new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);
    }

    /// <summary>How many webhooks were received and how many of them were answered with 2xx.</summary>
    public (int Received, int Accepted) WebhookCounts()
    {
        lock (_gate)
            return (_webhooks.Count, _accepted);
    }

    /// <summary>
    /// Waits until <paramref name="count"/> accepted webhooks are there and returns them; fewer when <paramref name="timeout"/>
    /// passed.
    /// </summary>
    public Task<IReadOnlyList<WebhookDelivery>> WaitForWebhooksAsync(
        string? payment, int count = 1, string? merchant = null, TimeSpan? timeout = null, string? name = null,
        CancellationToken cancellation = default) =>
        WaitAsync(_webhooks, payment, found => found.Accepted && IsOf(found, merchant, name), count, timeout, cancellation);

    private static bool IsOf(WebhookDelivery found, string? merchant, string? name) =>
        (merchant is null || found.Merchant == merchant) && (name is null || found.Name == name);

    /// <summary>
    /// Waits until <paramref name="count"/> matching operations are there and returns them; fewer when <paramref
    /// name="timeout"/> passed.
    /// </summary>
    public Task<IReadOnlyList<LedgerOperation>> WaitForOperationsAsync(
        string? objectId, string? operation, int count = 1, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(_operations, objectId, found => operation is null || found.Operation == operation, count, timeout, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _journal?.Dispose();
            _journal = null;
        }
    }

    /// <summary>Reads an earlier run's commits back and journals all later ones.</summary>
    internal void Open(string path, Action<JournalEntry> restore)
    {
        lock (_gate)
        {
            _journal = Journal.Open(path, entry =>
            {
                Apply(entry);
                restore(entry);
            });
        }
    }

    /// <summary>Told of every new operation after its commit, outside the ledger's lock; never of those of an earlier run.</summary>
    internal Action<LedgerOperation>? Committed { get; set; }

    /// <summary>Notes an attempt to deliver an event. It is no commit and is not journaled.</summary>
    internal void Record(EventDelivery delivery)
    {
        lock (_gate)
            _events.Append(delivery with { Sequence = _events.Count + 1 }, delivery.ObjectId, delivery.SubjectId);
    }

    /// <summary>Commits one change. The caller holds the lock of the object that changes, so its commits stay in order.</summary>
    internal void Record(JournalEntry entry)
    {
        // Only the write needs the order; turning the entry into bytes is the costly part and stays outside the lock.
        var line = _journal is null ? null : Journal.Line(entry);
        List<LedgerOperation> made;
        lock (_gate)
        {
            if (line is not null)
                _journal?.Append(line);
            made = Apply(entry);
        }
        if (Committed is { } committed)
            made.ForEach(committed);
    }

    /// <summary>Views of the newest operations first, for the event list; copied under the lock.</summary>
    internal List<T> Newest<T>(Func<LedgerOperation, IEnumerable<T>> view, Func<LedgerOperation, bool> stop, int limit)
    {
        lock (_gate)
            return [.. _operations.NewestFirst().TakeWhile(found => !stop(found)).SelectMany(view).Take(limit)];
    }

    private List<LedgerOperation> Apply(JournalEntry entry)
    {
        var all = new List<LedgerOperation>(entry.Operations?.Count ?? 0);
        if (entry.Webhook is { } webhook)
        {
            _accepted += webhook.Accepted ? 1 : 0;
            _webhooks.Append(webhook with { Sequence = _webhooks.Count + 1 }, webhook.Payment ?? "");
        }
        foreach (var operation in entry.Operations ?? [])
        {
            var made = Describe(entry, operation, _operations.Count + 1);
            _operations.Append(made, made.ObjectId, made.PaymentIntent ?? made.PaymentRequest);
            _counts[operation] = _counts.GetValueOrDefault(operation) + 1;
            all.Add(made);
        }
        return all;
    }

    private static LedgerOperation Describe(JournalEntry entry, string operation, long sequence)
    {
        var (id, intent, amount, currency, metadata, snapshot) = entry switch
        {
            { Refund: { } refund } => (refund.Id, refund.PaymentIntent, refund.Amount, refund.Currency, refund.Metadata, (object)refund),
            { KlarnaRefund: { } refund, Klarna: { } of } => (refund.Id, null, refund.Amount, of.Currency, null, refund),
            { Klarna: { } klarna } => (klarna.Id, null, klarna.Amount, klarna.Currency, null, klarna),
            { Intent: { } whole } => (whole.Id, whole.Id, whole.AmountOf(operation), whole.Currency, whole.Metadata, whole),
            _ => throw new InvalidDataException($"Operation {operation} names no object."),
        };
        return new LedgerOperation
        {
            Sequence = sequence,
            At = entry.At,
            Operation = operation,
            ObjectId = id,
            PaymentIntent = intent,
            PaymentRequest = entry.KlarnaRefund is null ? null : entry.Klarna?.Id,
            Amount = amount,
            Currency = currency,
            IdempotencyKey = entry.Answer?.Key,
            Metadata = metadata,
            Snapshot = snapshot,
            Intent = entry.Intent,
        };
    }

    private async Task<IReadOnlyList<T>> WaitAsync<T>(
        AppendLog<T> log, string? key, Func<T, bool> filter, int count, TimeSpan? timeout, CancellationToken cancellation)
    {
        AppendLog<T>.Waiter waiter;
        lock (_gate)
        {
            var there = log.Select(key, 0, filter, int.MaxValue);
            if (there.Count >= count)
                return there;
            waiter = log.Wait(key, filter, count - there.Count);
        }
        try
        {
            await waiter.Done.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(10), _time, cancellation);
        }
        catch (TimeoutException)
        {
            // The caller sees by the number of entries that the wait was in vain.
        }
        finally
        {
            lock (_gate)
                log.Forget(waiter);
        }
        lock (_gate)
            return log.Select(key, 0, filter, int.MaxValue);
    }
}

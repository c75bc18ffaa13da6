using System.Collections.Concurrent;

namespace Payments.Sandbox;

/// <summary>Klarna's payment requests and in-store sessions, the orders that come of them, and what customer and clock do to them on order. Safe for
/// concurrent use.</summary>
public sealed class KlarnaRequests
{
    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Cell> _orders = new(StringComparer.Ordinal);
    private readonly SandboxOptions _options;
    private readonly TimeProvider _time;
    private readonly Ledger _ledger;
    private readonly IdGenerator _ids;
    private readonly Capacity _capacity;

    internal KlarnaRequests(SandboxOptions options, TimeProvider time, Ledger ledger, IdGenerator ids, Capacity capacity) =>
        (_options, _time, _ledger, _ids, _capacity) = (options, time, ledger, ids, capacity);

    /// <summary>The request as it is now; null when unknown.</summary>
    public KlarnaRecord? Find(string id)
    {
        if (!_cells.TryGetValue(id, out var cell))
            return null;
        lock (cell)
            return Advance(cell);
    }

    /// <summary>Requests with this partner reference; a scan, for tests and demonstrations.</summary>
    public IReadOnlyList<KlarnaRecord> FindByReference(string reference) =>
        [.. _cells.Values.Select(cell => cell.Current).Where(found => found.Reference == reference)];

    /// <summary>What the customer or the clock does: <c>in_progress</c>, <c>complete</c>, <c>decline</c> or <c>expire</c>.</summary>
    /// <exception cref="ArgumentException">Unknown action.</exception>
    /// <exception cref="InvalidOperationException">The request is unknown or in a final state.</exception>
    public KlarnaRecord Move(string id, string action)
    {
        var (state, operation, reason) = action switch
        {
            "in_progress" => (KlarnaState.InProgress, KlarnaOperations.InProgress, (string?)null),
            "complete" => (KlarnaState.Completed, KlarnaOperations.Complete, null),
            "decline" => (KlarnaState.Declined, KlarnaOperations.Decline, "PURCHASE_FLOW_ABORTED"),
            "expire" => (KlarnaState.Expired, KlarnaOperations.Expire, null),
            _ => throw new ArgumentException($"Unknown action '{action}': in_progress, complete, decline or expire.", nameof(action)),
        };
        if (!_cells.TryGetValue(id, out var cell))
            throw new InvalidOperationException($"No such payment request: {id}.");
        lock (cell)
        {
            var current = Advance(cell);
            if (!current.IsOpen || current.State == state)
                throw new InvalidOperationException($"{id} has a state of {current.StateName}.");
            return Commit(cell, Next(current, state, reason), operation);
        }
    }

    internal KlarnaResult Create(KlarnaInput input, Func<KlarnaResult, KlarnaResult> conclude, Func<KlarnaResult, StoredAnswer?> store)
    {
        if (!_capacity.TryTake())
            return KlarnaResult.ServerError(_capacity.Refusal);
        var now = _time.GetUtcNow();
        var record = new KlarnaRecord
        {
            Id = input.Kind == KlarnaKind.InStoreSession ? $"{_ids.NextGuid()}" : $"krn:payment:eu1:request:{_ids.NextGuid()}",
            Kind = input.Kind,
            ShortCode = input.ShortCode,
            Amount = input.Amount,
            Currency = input.Currency,
            Reference = input.Reference,
            ReturnUrl = input.ReturnUrl,
            InteractionMethod = input.Method,
            State = KlarnaState.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = input.Until
                ?? now + (input.Life ?? (input.Kind == KlarnaKind.InStoreSession ? _options.KlarnaSessionLifetime : _options.KlarnaLifetime)),
        };
        var status = input.Kind == KlarnaKind.InStoreSession ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        var result = conclude(new KlarnaResult(status, record));
        _ledger.Record(new JournalEntry { At = now, Operations = [KlarnaOperations.Create], Klarna = record, Answer = store(result) });
        _cells[record.Id] = new Cell(record);
        return result;
    }

    internal KlarnaResult Read(string id, KlarnaKind kind)
    {
        var found = Find(id);
        return found is null || found.Kind != kind || IsForgotten(found) ? KlarnaResult.NotFound(id) : new KlarnaResult(StatusCodes.Status200OK, found);
    }

    internal KlarnaResult Cancel(string id, KlarnaKind kind)
    {
        if (!_cells.TryGetValue(id, out var cell) || cell.Current.Kind != kind)
            return KlarnaResult.NotFound(id);
        lock (cell)
        {
            var current = Advance(cell);
            if (IsForgotten(current))
                return KlarnaResult.NotFound(id);
            return current.IsOpen
                ? new KlarnaResult(StatusCodes.Status200OK,
                    Commit(cell, Next(current, KlarnaState.Canceled, "PARTNER_CANCELED"), KlarnaOperations.Cancel))
                : KlarnaResult.Error(StatusCodes.Status409Conflict, "RESOURCE_ERROR", "RESOURCE_CONFLICT",
                    $"{current.Id} cannot be canceled in state {current.StateName}.");
        }
    }

    /// <summary>The request or session that an order came of; null when unknown.</summary>
    public KlarnaRecord? FindByOrder(string orderId) => _orders.TryGetValue(orderId, out var cell) ? cell.Current : null;

    /// <summary>The refunds of a request's or session's order.</summary>
    public IReadOnlyList<KlarnaRefund> Refunds(string id)
    {
        if (!_cells.TryGetValue(id, out var cell))
            return [];
        lock (cell)
            return [.. cell.Refunds];
    }

    internal KlarnaResult ReadOrder(string orderId)
    {
        if (!_orders.TryGetValue(orderId, out var cell))
            return KlarnaResult.NotFound(orderId);
        lock (cell)
            return new KlarnaResult(StatusCodes.Status200OK, cell.Current) { OrderRefunds = [.. cell.Refunds] };
    }

    /// <summary>Refunds a part of an order, never more than its customer paid.</summary>
    internal KlarnaResult Refund(
        string orderId, long amount, string? reference, string? description,
        Func<KlarnaResult, KlarnaResult> conclude, Func<KlarnaResult, StoredAnswer?> store)
    {
        if (!_orders.TryGetValue(orderId, out var cell))
            return KlarnaResult.NotFound(orderId);
        lock (cell)
        {
            var current = cell.Current;
            if (amount > current.Amount - current.RefundedAmount)
                return KlarnaResult.Error(StatusCodes.Status403Forbidden, "RESOURCE_ERROR", "REFUND_NOT_ALLOWED",
                    "Refunded amount is higher than the captured amount that is left.");
            var now = _time.GetUtcNow();
            var refund = new KlarnaRefund($"{_ids.NextGuid()}", orderId, amount, reference, description, now);
            var next = current with { RefundedAmount = current.RefundedAmount + amount, UpdatedAt = now };
            var result = conclude(new KlarnaResult(StatusCodes.Status201Created) { Refund = refund });
            _ledger.Record(new JournalEntry
            {
                At = now, Operations = [KlarnaOperations.Refund], Klarna = next, KlarnaRefund = refund, Answer = store(result),
            });
            cell.Current = next;
            cell.Refunds.Add(refund);
            return result;
        }
    }

    internal void Restore(KlarnaRecord record, KlarnaRefund? refund)
    {
        if (_cells.TryGetValue(record.Id, out var cell))
        {
            cell.Current = record;
        }
        else
        {
            _capacity.Restore();
            _cells[record.Id] = cell = new Cell(record);
        }
        if (record.OrderId is { } order)
            _orders[order] = cell;
        if (refund is not null)
            cell.Refunds.Add(refund);
    }

    private bool IsForgotten(KlarnaRecord record) => _options.KlarnaForgetsExpired && record.State == KlarnaState.Expired;

    /// <summary>Brings a request up to date with the clock. The caller holds the cell's lock.</summary>
    private KlarnaRecord Advance(Cell cell)
    {
        var current = cell.Current;
        return current.IsOpen && _time.GetUtcNow() >= current.ExpiresAt
            ? Commit(cell, Next(current, KlarnaState.Expired, null), KlarnaOperations.Expire)
            : current;
    }

    private KlarnaRecord Next(KlarnaRecord current, KlarnaState state, string? reason) => current with
    {
        State = state,
        PreviousState = current.State,
        StateReason = reason,
        SessionToken = state == KlarnaState.Completed && current.Kind == KlarnaKind.PaymentRequest
            ? $"krn:network:eu1:test:session-token:{_ids.NextGuid()}"
            : null,
        OrderId = state == KlarnaState.Completed ? $"{_ids.NextGuid()}" : null,
        UpdatedAt = _time.GetUtcNow(),
    };

    private KlarnaRecord Commit(Cell cell, KlarnaRecord next, string operation)
    {
        _ledger.Record(new JournalEntry { At = next.UpdatedAt, Operations = [operation], Klarna = next });
        cell.Current = next;
        if (next.OrderId is { } order)
            _orders[order] = cell;
        return next;
    }

    private sealed class Cell(KlarnaRecord record)
    {
        private volatile KlarnaRecord _current = record;

        /// <summary>Of its order; touched under the cell's lock.</summary>
        public List<KlarnaRefund> Refunds { get; } = [];

        public KlarnaRecord Current
        {
            get => _current;
            set => _current = value;
        }
    }
}

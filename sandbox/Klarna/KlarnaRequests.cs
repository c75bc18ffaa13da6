using System.Collections.Concurrent;

namespace Payments.Sandbox;

/// <summary>Klarna's payment requests, and what customer and clock do to them on order. Safe for concurrent use.</summary>
public sealed class KlarnaRequests
{
    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
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
            Id = $"krn:payment:eu1:request:{_ids.NextGuid()}",
            Amount = input.Amount,
            Currency = input.Currency,
            Reference = input.Reference,
            ReturnUrl = input.ReturnUrl,
            InteractionMethod = input.Method,
            State = KlarnaState.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = input.Until ?? now + (input.Life ?? _options.KlarnaLifetime),
        };
        var result = conclude(new KlarnaResult(StatusCodes.Status201Created, record));
        _ledger.Record(new JournalEntry { At = now, Operations = [KlarnaOperations.Create], Klarna = record, Answer = store(result) });
        _cells[record.Id] = new Cell(record);
        return result;
    }

    internal KlarnaResult Read(string id)
    {
        var found = Find(id);
        return found is null || IsForgotten(found) ? KlarnaResult.NotFound(id) : new KlarnaResult(StatusCodes.Status200OK, found);
    }

    internal KlarnaResult Cancel(string id)
    {
        if (!_cells.TryGetValue(id, out var cell))
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
                    $"The payment request cannot be canceled in state {current.StateName}.");
        }
    }

    internal void Restore(KlarnaRecord record)
    {
        if (_cells.TryGetValue(record.Id, out var cell))
        {
            cell.Current = record;
            return;
        }
        _capacity.Restore();
        _cells[record.Id] = new Cell(record);
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
        SessionToken = state == KlarnaState.Completed ? $"krn:network:eu1:test:session-token:{_ids.NextGuid()}" : null,
        UpdatedAt = _time.GetUtcNow(),
    };

    private KlarnaRecord Commit(Cell cell, KlarnaRecord next, string operation)
    {
        _ledger.Record(new JournalEntry { At = next.UpdatedAt, Operations = [operation], Klarna = next });
        cell.Current = next;
        return next;
    }

    private sealed class Cell(KlarnaRecord record)
    {
        private volatile KlarnaRecord _current = record;

        public KlarnaRecord Current
        {
            get => _current;
            set => _current = value;
        }
    }
}

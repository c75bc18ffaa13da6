using System.Collections.Concurrent;

namespace Payments.Sandbox;

/// <summary>What to do with a call that carries an idempotency key.</summary>
internal enum ClaimVerdict
{
    Execute,
    Replay,
    InFlight,
    OtherPath,
    OtherParameters,
}

/// <summary>
/// Results by idempotency key: the first caller executes, later ones get its result, a simultaneous one is turned
/// away. Keys are forgotten after their lifetime.
/// </summary>
internal sealed class IdempotencyStore<TResult>(TimeProvider time, TimeSpan lifetime)
    where TResult : class
{
    private readonly ConcurrentDictionary<(string Account, string Key), Claim> _claims = new();
    private readonly ConcurrentQueue<Claim> _byAge = new();

    /// <summary>Claims a key. Who gets <see cref="ClaimVerdict.Execute"/> must complete or abandon the claim.</summary>
    public (ClaimVerdict Verdict, Claim Claim) Begin(string account, string key, string path, UInt128 fingerprint)
    {
        var now = time.GetUtcNow();
        ForgetOld(now);
        var mine = new Claim { Account = account, Key = key, Path = path, Fingerprint = fingerprint, BeganAt = now };
        while (true)
        {
            var found = _claims.GetOrAdd((account, key), mine);
            if (ReferenceEquals(found, mine))
                return (ClaimVerdict.Execute, mine);
            if (found.Result is not null && IsOld(found, now))
            {
                _claims.TryRemove(new((account, key), found));
                continue;
            }
            if (found.Path != path)
                return (ClaimVerdict.OtherPath, found);
            if (found.Fingerprint != fingerprint)
                return (ClaimVerdict.OtherParameters, found);
            return (found.Result is null ? ClaimVerdict.InFlight : ClaimVerdict.Replay, found);
        }
    }

    /// <summary>Stores the result; a second completion of one claim is a defect.</summary>
    public void Complete(Claim claim, TResult result)
    {
        if (claim.Result is not null)
            throw new InvalidOperationException($"Idempotency key {claim.Key} has a result already.");
        claim.Result = result;
        _byAge.Enqueue(claim);
    }

    /// <summary>Frees the key: the next call with it is a new one.</summary>
    public void Abandon(Claim claim) => _claims.TryRemove(new((claim.Account, claim.Key), claim));

    /// <summary>Takes over a result that an earlier run stored.</summary>
    public void Restore(StoredAnswer answer, TResult result)
    {
        var claim = new Claim
        {
            Account = answer.Account,
            Key = answer.Key,
            Path = answer.Path,
            Fingerprint = answer.Fingerprint,
            BeganAt = answer.BeganAt,
            Result = result,
        };
        if (IsOld(claim, time.GetUtcNow()))
            return;
        _claims[(claim.Account, claim.Key)] = claim;
        _byAge.Enqueue(claim);
    }

    private bool IsOld(Claim claim, DateTimeOffset now) => now - claim.BeganAt >= lifetime;

    private void ForgetOld(DateTimeOffset now)
    {
        while (_byAge.TryPeek(out var oldest) && IsOld(oldest, now) && _byAge.TryDequeue(out var gone))
            Abandon(gone);
    }

    internal sealed class Claim
    {
        private volatile TResult? _result;

        public required string Account { get; init; }

        public required string Key { get; init; }

        public required string Path { get; init; }

        public required UInt128 Fingerprint { get; init; }

        public required DateTimeOffset BeganAt { get; init; }

        public TResult? Result
        {
            get => _result;
            set => _result = value;
        }

        /// <summary>What the journal keeps of this claim.</summary>
        public StoredAnswer Store(int status, StripeFailure? failure = null, KlarnaFailure? klarnaFailure = null) => new()
        {
            Account = Account,
            Key = Key,
            Path = Path,
            Fingerprint = Fingerprint,
            BeganAt = BeganAt,
            Status = status,
            Failure = failure,
            KlarnaFailure = klarnaFailure,
        };
    }
}

namespace Payments.Sandbox;

/// <summary>The faults on order, and which of them hits a call. Safe for concurrent use; costs nothing while there are none.</summary>
public sealed class FaultInjector
{
    private const int MaxRules = 1_000;
    private const int MaxLatencyMs = 600_000;
    private readonly Lock _gate = new();
    private readonly List<Armed> _rules = [];
    private volatile int _armed;
    private int _lastId;

    /// <summary>Operations of the two providers that a fault can name.</summary>
    public static IReadOnlyList<string> ProviderOperations { get; } =
    [
        "payment_intent.create", "payment_intent.retrieve", "payment_intent.update", "payment_intent.list", "payment_intent.search",
        "payment_intent.confirm", "payment_intent.capture", "payment_intent.cancel",
        "refund.create", "refund.retrieve", "refund.list", "refund.cancel", "charge.retrieve", "event.list",
        "klarna.create", "klarna.read", "klarna.cancel", "klarna.refund", "klarna.order",
        StripeEvent, KlarnaEvent,
    ];

    private const string StripeEvent = "stripe.event";
    private const string KlarnaEvent = "klarna.event";

    private static readonly FaultKind[] s_onlyEvents =
        [FaultKind.Duplicate, FaultKind.Reorder, FaultKind.BadSignature, FaultKind.StaleTimestamp];
    private static readonly FaultKind[] s_alsoEvents = [FaultKind.Latency, FaultKind.DropBefore, FaultKind.DropAfter];

    /// <summary>Orders a fault. Of several that match, the oldest strikes; one latency can add to one other.</summary>
    /// <returns>The fault with its id.</returns>
    /// <exception cref="ArgumentException">The order names an unknown operation or an impossible number.</exception>
    /// <exception cref="InvalidOperationException">There are too many faults on order.</exception>
    public FaultRule Add(FaultRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (Problem(rule) is { } problem)
            throw new ArgumentException(problem, nameof(rule));
        lock (_gate)
        {
            if (_rules.Count >= MaxRules)
                throw new InvalidOperationException($"There are already {MaxRules} faults on order; clear some first.");
            var numbered = rule with { Id = $"fault_{++_lastId}" };
            _rules.Add(new Armed(numbered));
            _armed = _rules.Count;
            return numbered;
        }
    }

    /// <summary>All faults that are still on order.</summary>
    public IReadOnlyList<FaultState> List()
    {
        lock (_gate)
            return [.. _rules.Select(armed => new FaultState(armed.Rule, armed.Remaining, armed.Hits))];
    }

    /// <summary>Clears one fault, or all with null.</summary>
    /// <returns>How many were cleared.</returns>
    public int Clear(string? id = null)
    {
        lock (_gate)
        {
            var cleared = _rules.RemoveAll(armed => id is null || armed.Rule.Id == id);
            _armed = _rules.Count;
            return cleared;
        }
    }

    /// <summary>Takes the faults that strike this call and counts them down.</summary>
    /// <param name="operation">Name of the operation called.</param>
    /// <param name="executes">False for a replay: what needs an execution, a refusal or a 500, waits for the next.</param>
    /// <param name="isAbout">Whether the call is about the object that a fault names.</param>
    internal FaultHit Take(string operation, bool executes, Func<string, bool> isAbout)
    {
        if (_armed == 0)
            return default;
        lock (_gate)
        {
            FaultRule? latency = null;
            FaultRule? main = null;
            foreach (var armed in _rules)
            {
                var rule = armed.Rule;
                var taken = rule.Kind == FaultKind.Latency ? latency : main;
                if (taken is not null || !Covers(rule.Operation, operation))
                    continue;
                if (!executes && rule.Kind is FaultKind.Refuse or FaultKind.Error500)
                    continue;
                if ((rule.Match is not null && !isAbout(rule.Match)) || !armed.Strikes())
                    continue;
                if (rule.Kind == FaultKind.Latency)
                    latency = rule;
                else
                    main = rule;
            }
            _rules.RemoveAll(static armed => armed.Remaining == 0);
            _armed = _rules.Count;
            return new FaultHit(latency, main);
        }
    }

    private static bool Covers(string pattern, string operation) =>
        pattern.EndsWith('*') ? operation.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == operation;

    /// <summary>What is wrong with an order; null when it can be added.</summary>
    internal static string? Problem(FaultRule rule)
    {
        var known = rule.Operation.StartsWith("webhook:", StringComparison.Ordinal)
            || ProviderOperations.Any(operation => Covers(rule.Operation, operation));
        if (!known)
            return $"No operation matches '{rule.Operation}'.";
        var isEvent = rule.Operation is StripeEvent or KlarnaEvent;
        if (isEvent ? !s_onlyEvents.Concat(s_alsoEvents).Contains(rule.Kind) : s_onlyEvents.Contains(rule.Kind))
            return $"This kind of fault does not go with '{rule.Operation}'.";
        if (rule.Operation == KlarnaEvent && rule.Kind == FaultKind.StaleTimestamp)
            return "Klarna signs no time.";
        if (rule.Count is 0 or < -1)
            return "count is a positive number, or -1 for all calls.";
        if (rule.LatencyMs is < 0 or > MaxLatencyMs || (rule.Kind == FaultKind.Latency && rule.LatencyMs == 0))
            return $"latencyMs of a latency lies between 1 and {MaxLatencyMs}.";
        if (rule.Probability is not (>= 0 and <= 1))
            return "probability lies between 0 and 1.";
        if (rule.StatusCode is < 200 or > 599 || (rule.Kind == FaultKind.Status && rule.StatusCode is null))
            return "statusCode lies between 200 and 599, and a status fault needs one.";
        return rule.RetryAfterSeconds < 0 ? "retryAfterSeconds is not negative." : null;
    }

    private sealed class Armed(FaultRule rule)
    {
        // Repeatability is the point here, not secrecy.
        private readonly Random _chance = new(rule.Seed);

        public FaultRule Rule => rule;

        public int Remaining { get; private set; } = rule.Count;

        public int Hits { get; private set; }

        public bool Strikes()
        {
            if (Remaining == 0 || (rule.Probability < 1 && _chance.NextDouble() >= rule.Probability))
                return false;
            Hits++;
            if (Remaining > 0)
                Remaining--;
            return true;
        }
    }
}

/// <summary>What strikes one call: at most one delay and one other fault.</summary>
internal readonly record struct FaultHit(FaultRule? Latency, FaultRule? Main)
{
    public bool Any => Latency is not null || Main is not null;

    public bool Is(FaultKind kind) => Main?.Kind == kind;

    public TimeSpan Delay(FaultPhase phase) =>
        Latency is { } rule && rule.Phase == phase ? TimeSpan.FromMilliseconds(rule.LatencyMs) : TimeSpan.Zero;
}

using System.Diagnostics;

namespace Payments.Providers;

/// <summary>What other companies see of our traces: nothing, or <c>traceparent</c>; never the baggage, which our own callers fill.</summary>
/// <param name="isSent">Whether they see anything.</param>
internal sealed class TraceHeader(bool isSent) : DistributedContextPropagator
{
    private const string Header = "traceparent";

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Fields { get; } = isSent ? [Header] : [];

    /// <inheritdoc/>
    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (isSent && activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            setter?.Invoke(carrier, Header, id);
    }

    /// <inheritdoc/>
    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}

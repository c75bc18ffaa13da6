using System.Diagnostics;

namespace Payments.Silo.Telemetry;

/// <summary>
/// Takes the trace context along with calls whose trace nobody records. Orleans sends the context of its own spans only, and of an unsampled trace
/// there is none: the silo that is called would begin another trace, sample that one again, and log under an id that the caller never sees.
/// </summary>
internal sealed class TraceContextCarrier : IOutgoingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (Activity.Current is { Recorded: false } activity)
            DistributedContextPropagator.Current.Inject(activity, null, static (_, key, value) => RequestContext.Set(key, value));
        return context.Invoke();
    }
}

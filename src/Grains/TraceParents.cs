using System.Diagnostics;

namespace Payments.Grains;

/// <summary>
/// Trace contexts that outlive their process: kept in a row as W3C <c>traceparent</c>, so that work done hours later, after a restart, on another
/// silo, can be linked to the request that asked for it.
/// </summary>
internal static class TraceParents
{
    /// <summary>The context of the running span; null when nobody records it, because a link to it would lead nowhere.</summary>
    public static string? Current => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>Links a span to where its work comes from, unless it is of that trace anyway.</summary>
    /// <param name="activity">The span, or null when nobody records it.</param>
    /// <param name="traceParent">As kept; null and what is not well formed are no link.</param>
    public static void LinkTo(this Activity? activity, string? traceParent)
    {
        if (activity is { IsAllDataRequested: true }
            && ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var origin)
            && origin.TraceId != activity.TraceId)
        {
            activity.AddLink(new ActivityLink(origin));
        }
    }
}

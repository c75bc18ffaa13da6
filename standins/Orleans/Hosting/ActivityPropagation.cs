using System.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Diagnostics;

/// <summary>The activity sources of the runtime.</summary>
public static class ActivitySources
{
    /// <summary>Calls of the application's grains.</summary>
    public const string ApplicationGrainActivitySourceName = "Microsoft.Orleans.Application";

    /// <summary>Calls of the runtime's own interfaces: reminders and timers.</summary>
    public const string RuntimeActivitySourceName = "Microsoft.Orleans.Runtime";

    public const string AllActivitySourceName = "Microsoft.Orleans.*";

    private static readonly ActivitySource Application = new(ApplicationGrainActivitySourceName, "1.2.0");
    private static readonly ActivitySource Runtime = new(RuntimeActivitySourceName, "2.1.0");

    internal static ActivitySource For(IGrainCallContext context) =>
        context.Request.GetInterfaceType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true ? Runtime : Application;
}

/// <summary>Tags and ends the span of a call, whichever side it is on.</summary>
internal abstract class ActivityPropagationFilter
{
    protected static async Task InvokeAsync(IGrainCallContext context, Activity activity)
    {
        // https://opentelemetry.io/docs/specs/semconv/rpc/
        activity.SetTag("rpc.system.name", "orleans");
        activity.SetTag("orleans.rpc.service", context.InterfaceName);
        activity.SetTag("rpc.method", $"{context.InterfaceName}/{context.MethodName}");
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("orleans.rpc.target_id", context.TargetId.ToString());
            if (context.SourceId is { } source)
                activity.SetTag("orleans.rpc.source_id", source.ToString());
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (activity.IsAllDataRequested)
        {
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("exception.type", exception.GetType().FullName);
            activity.SetTag("exception.message", exception.Message);
            activity.SetTag("exception.stacktrace", exception.ToString());
            activity.SetTag("exception.escaped", true);
            throw;
        }
        finally
        {
            activity.Stop();
        }
    }
}

/// <summary>Starts the client span and puts its context into the request context.</summary>
internal sealed class ActivityPropagationOutgoingFilter(DistributedContextPropagator propagator) : ActivityPropagationFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (ActivitySources.For(context).StartActivity(context.Request.GetActivityName(), ActivityKind.Client) is not { } activity)
            return context.Invoke();
        propagator.Inject(activity, null, static (_, key, value) => RequestContext.Set(key, value));
        return InvokeAsync(context, activity);
    }
}

/// <summary>Starts the server span as a child of what the request context names.</summary>
internal sealed class ActivityPropagationIncomingFilter(DistributedContextPropagator propagator) : ActivityPropagationFilter, IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        propagator.ExtractTraceIdAndState(null, Get, out var traceParent, out var traceState);
        var source = ActivitySources.For(context);
        var name = context.Request.GetActivityName();
        var activity = string.IsNullOrEmpty(traceParent) ? source.CreateActivity(name, ActivityKind.Server)
            : ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent) ? source.CreateActivity(name, ActivityKind.Server, parent)
            : source.CreateActivity(name, ActivityKind.Server, traceParent);
        if (activity is null)
            return context.Invoke();

        if (!string.IsNullOrEmpty(traceState))
            activity.TraceStateString = traceState;
        foreach (var (key, value) in propagator.ExtractBaggage(null, Get) ?? [])
            activity.AddBaggage(key, value);
        activity.Start();
        return InvokeAsync(context, activity);
    }

    private static void Get(object? carrier, string fieldName, out string? fieldValue, out IEnumerable<string>? fieldValues)
    {
        fieldValues = null;
        fieldValue = RequestContext.Get(fieldName) as string;
    }
}

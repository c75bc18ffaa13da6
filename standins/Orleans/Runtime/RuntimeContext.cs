namespace Orleans.Runtime;

/// <summary>The activation whose turn runs on this thread.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static IGrainContext? t_current;

    public static IGrainContext? Current => t_current;

    /// <summary>Enters a context (or none) and returns the one to restore.</summary>
    public static IGrainContext? Enter(IGrainContext? context)
    {
        var previous = t_current;
        t_current = context;
        return previous;
    }

    /// <summary>Throws unless a valid activation's turn runs on this thread.</summary>
    public static void CheckCurrent()
    {
        if (t_current is null)
            throw new InvalidOperationException("Activation access violation. A non-activation thread attempted to access activation services.");
        if (t_current is Activation { IsGone: true } gone)
            throw new InvalidOperationException($"Attempt to access an invalid activation: {gone}");
    }
}

/// <summary>Lets services ask for the current activation.</summary>
internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current!;
}

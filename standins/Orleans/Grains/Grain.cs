using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The base of grain classes. The runtime makes instances; the constructor runs in the grain's own context.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain() : this(RuntimeContext.Current) { }

    protected Grain(IGrainContext? grainContext) => GrainContext = grainContext!;

    public IGrainContext GrainContext { get; }

    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>Makes references to other grains. Only usable within the grain's turns.</summary>
    protected IGrainFactory GrainFactory
    {
        get
        {
            EnsureInGrain();
            return GrainContext.ActivationServices.GetRequiredService<IGrainFactory>();
        }
    }

    /// <summary>The services of this activation; its scope ends with it.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext?.ActivationServices!;

    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>Deactivates the grain once the running calls are done; calls that wait go to a new activation.</summary>
    protected void DeactivateOnIdle()
    {
        EnsureInGrain();
        GrainBaseExtensions.DeactivateOnIdle(this);
    }

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    private void EnsureInGrain()
    {
        if (GrainContext is null)
            throw new InvalidOperationException("Grain was created outside of the Orleans creation process and no runtime was specified.");
        RuntimeContext.CheckCurrent();
    }
}

using System.Net;

namespace Orleans.Runtime;

/// <summary>A silo's address. The only silo here has none that anybody could reach.</summary>
public sealed record SiloAddress(IPEndPoint Endpoint, int Generation);

/// <summary>Where a silo is in its life.</summary>
public enum SiloStatus
{
    None = 0,
    Created = 1,
    Joining = 2,
    Active = 3,
    ShuttingDown = 4,
    Stopping = 5,
    Dead = 6,
}

/// <summary>Hears of silos that come and go.</summary>
public interface ISiloStatusListener
{
    void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status);
}

/// <summary>Knows which silos there are.</summary>
public interface ISiloStatusOracle
{
    SiloStatus CurrentStatus { get; }

    /// <summary>Which silos there are, as far as this one knows.</summary>
    Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

    bool SubscribeToSiloStatusEvents(ISiloStatusListener observer);
}

/// <summary>One silo, that never comes or goes while anybody could be told.</summary>
internal sealed class SiloStatusOracle : ISiloStatusOracle
{
    private static readonly SiloAddress Itself = new(new IPEndPoint(IPAddress.Loopback, 0), 0);

    public SiloStatus CurrentStatus => SiloStatus.Active;

    public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) => new() { [Itself] = CurrentStatus };

    public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer) => true;
}

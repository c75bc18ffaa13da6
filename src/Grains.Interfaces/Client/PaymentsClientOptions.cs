using Microsoft.Extensions.Options;

namespace Payments;

/// <summary>How a process finds the silos. Configuration section <see cref="Section"/>.</summary>
public sealed class PaymentsClientOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Client";

    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);

    /// <summary>An Npgsql connection string to the PostgreSQL database where the silos find each other. Reading its tables is
    /// enough.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The cluster, as its silos name it (<c>Payments:Cluster:ClusterId</c>).</summary>
    public string ClusterId { get; set; } = "payments";

    /// <summary>The service, as its silos name it (<c>Payments:Cluster:ServiceId</c>).</summary>
    public string ServiceId { get; set; } = "payments";

    /// <summary>How long the host's start waits for a first silo: in a deployment everything starts at once. 2 minutes by
    /// default.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the list of silos is read: a silo that comes back is used again after at most this long. 15 s by
    /// default.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call waits for its answer before it throws <see cref="TimeoutException"/>. 30 s by default; a cancel takes up to
    /// about 4 s when the provider is slow.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks that the values make sense. What is wrong with a connection string is not repeated: it may be a piece of the
    /// password.</summary>
    /// <exception cref="OptionsValidationException">One does not; the message names it.</exception>
    public void Validate()
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(ConnectionString))
            failures.Add($"{nameof(ConnectionString)} is missing.");
        else if (!ClusterDatabase.TryComplete(ConnectionString, out _))
            failures.Add($"{nameof(ConnectionString)} is not valid. {ClusterDatabase.Expected}");
        if (string.IsNullOrWhiteSpace(ClusterId))
            failures.Add($"{nameof(ClusterId)} must not be empty.");
        if (string.IsNullOrWhiteSpace(ServiceId))
            failures.Add($"{nameof(ServiceId)} must not be empty.");
        RequireWait(failures, nameof(ConnectTimeout), ConnectTimeout);
        RequireWait(failures, nameof(RefreshInterval), RefreshInterval);
        RequireWait(failures, nameof(ResponseTimeout), ResponseTimeout);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(
                Section, typeof(PaymentsClientOptions), failures.Select(static failure => $"{Section}:{failure}"));
        }
    }

    private static void RequireWait(List<string> failures, string name, TimeSpan wait)
    {
        if (wait < WaitMin || wait > WaitMax)
            failures.Add($"{name} is {wait}; it must be between {WaitMin} and {WaitMax}.");
    }
}

using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Configuration;

/// <summary>Refuses option values that the real silo refuses.</summary>
internal sealed class OptionsValidator(
    IOptions<ClusterOptions> cluster, IOptions<GrainCollectionOptions> collection, IOptions<ReminderOptions> reminders) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        Require(!string.IsNullOrWhiteSpace(cluster.Value.ClusterId), "A non-empty value for ClusterOptions.ClusterId is required.");
        Require(!string.IsNullOrWhiteSpace(cluster.Value.ServiceId), "A non-empty value for ClusterOptions.ServiceId is required.");
        Require(collection.Value.CollectionQuantum > TimeSpan.Zero, "GrainCollectionOptions.CollectionQuantum must be greater than zero.");
        Require(
            collection.Value.CollectionAge == Timeout.InfiniteTimeSpan || collection.Value.CollectionAge > collection.Value.CollectionQuantum,
            "GrainCollectionOptions.CollectionAge must be greater than CollectionQuantum.");
        Require(reminders.Value.MinimumReminderPeriod >= TimeSpan.Zero, "ReminderOptions.MinimumReminderPeriod must not be negative.");
        Require(reminders.Value.RefreshReminderListPeriod > TimeSpan.Zero, "ReminderOptions.RefreshReminderListPeriod must be greater than zero.");
        Require(
            reminders.Value.ReminderLoadingWindow >= reminders.Value.RefreshReminderListPeriod,
            "ReminderOptions.ReminderLoadingWindow must not be less than RefreshReminderListPeriod.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new OrleansConfigurationException(message);
    }
}

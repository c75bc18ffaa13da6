using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that can be woken up by reminders.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    /// <summary>A reminder as its grain holds it.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>What a tick says of its reminder; times are UTC.</summary>
    [GenerateSerializer, Immutable]
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        public DateTime FirstTickTime { get; } = firstTickTime;

        public TimeSpan Period { get; } = period;

        public DateTime CurrentTickTime { get; } = timeStamp;

        public override string ToString() => $"<{FirstTickTime}, {Period}, {CurrentTickTime}>";
    }

    /// <summary>A reminder could not be changed.</summary>
    public sealed class ReminderException(string message) : OrleansException(message);
}

namespace Orleans.Reminders
{
    /// <summary>The name of the clock of reminders (a keyed <see cref="TimeProvider"/> service).</summary>
    public static class ReminderTimeProviderNames
    {
        public const string Reminders = "Orleans.Reminders";
    }
}

using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans
{
    /// <summary>What a grain does with its reminders.</summary>
    public static class GrainReminderExtensions
    {
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            RegisterOrUpdateReminder((IGrainBase)grain, reminderName, dueTime, period);

        /// <summary>Registers a reminder, or gives an existing one of that name a new schedule.</summary>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        {
            ArgumentNullException.ThrowIfNull(grain);
            EnsureName(reminderName);
            return grain is IRemindable
                ? Registry(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period)
                : throw new InvalidOperationException(
                    $"Grain {grain.GrainContext.GrainId} is not '{nameof(IRemindable)}'. "
                    + $"A grain should implement {nameof(IRemindable)} to use the persistent reminder service");
        }

        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) => UnregisterReminder((IGrainBase)grain, reminder);

        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
            Registry(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);

        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) => GetReminder((IGrainBase)grain, reminderName);

        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName)
        {
            EnsureName(reminderName);
            return Registry(grain).GetReminder(grain.GrainContext.GrainId, reminderName);
        }

        public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => GetReminders((IGrainBase)grain);

        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) => Registry(grain).GetReminders(grain.GrainContext.GrainId);

        private static IReminderRegistry Registry(IGrainBase grain) => grain.GrainContext.ActivationServices.GetRequiredService<IReminderRegistry>();

        private static void EnsureName(string reminderName)
        {
            if (string.IsNullOrWhiteSpace(reminderName))
                throw new ArgumentNullException(nameof(reminderName));
        }
    }
}

namespace Orleans.Timers
{
    /// <summary>The reminders of all grains, for grains.</summary>
    public interface IReminderRegistry
    {
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

        Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName);

        Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>Checks what grains ask of the reminder service.</summary>
internal sealed class ReminderRegistry(IServiceProvider services, IOptions<ReminderOptions> options) : IReminderRegistry
{
    public Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(dueTime), "Cannot use negative or infinite dueTime to create a reminder");
        if (period < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(period), "Cannot use negative or infinite period to create a reminder");
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Cannot register reminder {reminderName} as requested period ({period}) is less than minimum allowed reminder period "
                + $"({options.Value.MinimumReminderPeriod})");
        }

        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        return Service().RegisterAsync(callingGrainId, reminderName, dueTime, period);
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) => Service().UnregisterAsync((GrainReminder)reminder);

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        return Service().GetAsync(callingGrainId, reminderName);
    }

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => Service().GetAllAsync(callingGrainId);

    private LocalReminderService Service()
    {
        if (RuntimeContext.Current is null)
            throw new InvalidOperationException("Attempted to access grain from a non-grain context, such as a background thread, which is invalid.");
        if (services.GetService<IReminderTable>() is null)
            throw new OrleansConfigurationException("The reminder service has not been configured: there is no IReminderTable.");
        return services.GetRequiredService<LocalReminderService>();
    }
}

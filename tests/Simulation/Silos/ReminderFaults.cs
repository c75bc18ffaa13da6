using Orleans.Runtime;
using Payments.Simulation.Faults;

namespace Payments.Simulation.Silos;

/// <summary>Lets ticks of reminders get lost, or come twice.</summary>
internal sealed class ReminderFaults(FaultPlan faults) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.MethodName != nameof(IRemindable.ReceiveReminder))
        {
            await context.Invoke();
            return;
        }

        if (faults.Hit(Fault.ReminderMissed, 2))
            return;
        await context.Invoke();
        if (faults.Hit(Fault.ReminderDoubled, 2))
            await context.Invoke();
    }
}

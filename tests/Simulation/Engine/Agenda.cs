namespace Payments.Simulation.Engine;

/// <summary>Something that happens at a time, unless it is called off before.</summary>
internal sealed class Appointment(Action run)
{
    public bool IsOff { get; private set; }

    public void CallOff() => IsOff = true;

    public void Run()
    {
        IsOff = true;
        run();
    }
}

/// <summary>Appointments in the order of their times, equal ones in the order in which they were made.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Appointment, (TimeSpan At, long Order)> queue = new();
    private long order;

    /// <summary>The time of the first one, or null.</summary>
    public TimeSpan? Next
    {
        get
        {
            while (queue.TryPeek(out var first, out var when))
            {
                if (!first.IsOff)
                    return when.At;
                queue.Dequeue();
            }

            return null;
        }
    }

    public Appointment Add(TimeSpan at, Appointment appointment)
    {
        queue.Enqueue(appointment, (at, order++));
        return appointment;
    }

    /// <summary>Takes the first one if its time has come.</summary>
    public Appointment? TakeDue(TimeSpan now) => Next <= now ? queue.Dequeue() : null;
}

namespace Payments.Simulation.Engine;

/// <summary>What a timer is for, and so whether time has to stop at it.</summary>
internal enum Urgency
{
    /// <summary>Something waits for it: a deadline, a retry.</summary>
    Awaited,

    /// <summary>Housekeeping, every now and then: in time that was not jumped over.</summary>
    Housekeeping,

    /// <summary>A look for rows that are due. One that would find none is put off until there is one: a month of looking for nothing costs nothing.</summary>
    Look,
}

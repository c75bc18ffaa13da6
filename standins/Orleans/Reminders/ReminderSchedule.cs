namespace Orleans.Runtime;

/// <summary>When a reminder ticks: at its start and at whole periods after it. Missed ticks are skipped, never made up for.</summary>
internal static class ReminderSchedule
{
    public static DateTime Next(ReminderEntry entry, DateTime now)
    {
        if (entry.Period <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(entry), entry.Period, "Reminder period must be greater than zero.");

        // Stores may lose the kind; the table is in UTC.
        var start = DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc);
        if (now <= start)
            return start;
        var sinceLast = (now - start).Ticks % entry.Period.Ticks;
        return sinceLast == 0 ? now : Add(now, TimeSpan.FromTicks(entry.Period.Ticks - sinceLast));
    }

    /// <summary>The tick after one that was delivered.</summary>
    public static DateTime Following(ReminderEntry entry, DateTime previous, DateTime now) =>
        Next(entry, now) is var next && next > previous ? next : Add(previous, entry.Period);

    private static DateTime Add(DateTime time, TimeSpan span) => DateTime.MaxValue - time < span ? DateTime.MaxValue : time + span;
}

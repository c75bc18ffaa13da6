using Payments.Grains.Payment;
using Payments.Simulation.Silos;

namespace Payments.Simulation.Checking;

/// <summary>That nothing is left to do: nothing is due, except where a person has to decide.</summary>
internal static class Quiet
{
    private static readonly string WaitsForSomebody = PaymentStatus.CancelFailed.ToWire();

    /// <summary>Whether every due row is one that only a person moves on.</summary>
    public static bool IsReached(Environs environs)
    {
        foreach (var key in environs.Database.Due)
        {
            if (environs.Database.Rows[key].Write.Status != WaitsForSomebody)
                return false;
        }

        return true;
    }

    public static IEnumerable<Violation> Check(Environs environs)
    {
        foreach (var key in environs.Database.Due)
        {
            var write = environs.Database.Rows[key].Write;
            if (write.Status != WaitsForSomebody)
                yield return new Violation("quiet", $"{key}", $"{write.Status} is still due at {write.DueAt:MM-dd HH:mm:ss}");
        }

        foreach (var (key, row) in environs.Database.Rows.Where(static row => row.Key.GrainType == "payment"))
        {
            var state = Documents.Read<PaymentState>(row.Write);
            if (state.Allocations.Append(state).Select(static part => part.Operation).FirstOrDefault(static owed => owed is not null) is { } operation)
                yield return new Violation("quiet", $"{key}", $"{state.Status} still owes {operation.Kind}");
            if (state.Outbox.Any(static entry => entry.DeadLetteredAt is null))
                yield return new Violation("quiet", $"{key}", "a webhook is still owed");
        }
    }
}

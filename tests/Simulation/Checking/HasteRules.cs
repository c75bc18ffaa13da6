using Payments.Grains.Payment;

namespace Payments.Simulation.Checking;

/// <summary>I2, stricter: once nothing goes wrong any more, whatever waits for nobody but the provider's next answer ends within one round of the longest
/// wait between two tries. Only money that is under way may take days.</summary>
internal static class HasteRules
{
    private static readonly TimeSpan HasteMax = new PaymentPolicy().OperationRetry.Max * 8;

    private static readonly string[] Hurried =
    [
        .. ((PaymentStatus[])[PaymentStatus.Initiated, PaymentStatus.Pending, PaymentStatus.Processing, PaymentStatus.CaptureInitialized,
            PaymentStatus.CancelInitialized]).Select(static status => status.ToWire()),
    ];

    /// <summary>What the trail says of money under way.</summary>
    private static readonly string[] MoneyUnderWay = ["reversal_awaits_settlement", "captured_while_cancelling", "refund_pending"];

    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        if (found.State is not { } state || IsMoneyUnderWay(state) || !found.HasWholeTrail)
            yield break;
        var entered = DateTimeOffset.MinValue;
        for (var i = 0; i < found.Log.Count - 1; i++)
        {
            var (commit, next) = (found.Log[i], found.Log[i + 1]);
            if (i == 0 || commit.Write.Status != found.Log[i - 1].Write.Status)
                entered = commit.At;
            var since = entered > found.PeaceSince ? entered : found.PeaceSince;
            if (next.Write.Status != commit.Write.Status && Hurried.Contains(commit.Write.Status) && next.At - since > HasteMax)
                yield return found.Broken("I2", $"{commit.Write.Status} for {next.At - since} while nothing went wrong");
        }
    }

    private static bool IsMoneyUnderWay(PaymentState state) =>
        state.Audit.Any(static entry => MoneyUnderWay.Contains(entry.Event)) || state.Allocations.Any(IsMoneyUnderWay);
}

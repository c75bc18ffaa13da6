using Orleans;

namespace Payments.CancelWorker;

/// <summary>
/// Cancels the payments of abandoned orders, each through its own grain. It keeps no list of what it has done: a payment is cancelled once,
/// however often it is asked for, so a run that was cut off is simply repeated.
/// </summary>
internal sealed class AbandonedOrders(IGrainFactory grains, Guid merchant, TextWriter output)
{
    private const int AtATime = 16;
    private const string Actor = "nightly-abandoned-orders";

    /// <summary>Goes through all ids and prints one line for each.</summary>
    /// <returns>How many are not settled, so that the run must be repeated.</returns>
    public async Task<int> CancelAsync(IAsyncEnumerable<string> ids, CancellationToken stopping)
    {
        var unsettled = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stopping };
        await Parallel.ForEachAsync(ids.Where(static line => !string.IsNullOrWhiteSpace(line)), options, async (line, cancelled) =>
        {
            var (settled, outcome) = await SettleAsync(line.Trim(), cancelled);
            if (!settled)
                Interlocked.Increment(ref unsettled);
            await output.WriteLineAsync($"{line.Trim()} {outcome}");
        });
        return unsettled;
    }

    private async Task<(bool Settled, string Outcome)> SettleAsync(string line, CancellationToken cancelled)
    {
        if (!Guid.TryParse(line, out var id) || id == Guid.Empty)
            return (true, "is no payment id");
        try
        {
            var payment = await grains.GetPaymentAsync(merchant, id, cancelled);
            if (payment is null)
                return (true, "unknown to this merchant");
            if (!MayBeCancelled(payment.Status))
                return (payment.Status != PaymentStatus.Processing, $"left as {payment.Status.ToWire()}");

            var result = await grains.CancelPaymentAsync(merchant, id, CancellationReason.Abandoned, Actor, cancellationToken: cancelled);
            return result.Outcome switch
            {
                CancelPaymentOutcome.Accepted => (true, "cancelled"),
                CancelPaymentOutcome.NotCancellable => (true, $"left as {result.Status?.ToWire()}"),
                _ => (false, "refused by the provider"),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // One payment that cannot be reached now must not keep the others waiting until tomorrow.
            return (false, $"not settled: {error.Message}");
        }
    }

    /// <summary>Spares the grain a question whose answer is known. It decides for itself all the same: the payment may have moved on
    /// meanwhile.</summary>
    private static bool MayBeCancelled(PaymentStatus status) => status
        is PaymentStatus.Initiated or PaymentStatus.Pending or PaymentStatus.AuthRequired
        or PaymentStatus.Authorized or PaymentStatus.Accepted or PaymentStatus.CancelFailed;
}

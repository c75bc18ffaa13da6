using Microsoft.Extensions.Logging;
using Payments.Grains.Operators;
using Payments.Grains.ProviderEvents;

namespace Payments.Grains.Payment;

/// <summary>The payment as an operator's case.</summary>
public sealed partial class PaymentGrain : IReadNowGrain
{
    /// <inheritdoc />
    public async Task<ProviderRead?> ReadNowAsync(string actor)
    {
        await durable.RefreshAsync();
        ForgetIfUnknown();
        if (!durable.State.Exists)
            return null;

        var before = durable.State;
        var outcome = ProviderReadOutcome.NothingToRead;
        if (!PaymentMachine.IsTerminal(before.Status))
            await ApplyAsync(state => PaymentMachine.ReadRequested(state, actor, Moment));
        foreach (var intent in PaymentMachine.IntentsToRead(before))
        {
            var read = await HintAsync(new ProviderHint(intent.Id, SubjectId: null, Claim: null)) == HintOutcome.Unreadable
                ? ProviderReadOutcome.Unreadable
                : ProviderReadOutcome.Read;
            outcome = outcome == ProviderReadOutcome.Unreadable ? outcome : read;
        }

        // Without an object there may still be a create to look for.
        if (outcome == ProviderReadOutcome.NothingToRead)
            await WakeAsync();
        LogReadByOperator(logger, Id, actor, outcome, before.Status, durable.State.Status);
        var seen = PaymentMachine.IntentsToRead(durable.State).ToList();
        return new ProviderRead(
            outcome,
            before.Status.ToWire(),
            durable.State.Status.ToWire(),
            seen.Count == 0 ? null : string.Join(", ", seen.Select(static intent => intent.Id)),
            seen.Count == 0 ? null : string.Join(", ", seen.Select(static intent => intent.Status.ToString())),
            durable.State.NextProviderDueAt);
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Payment {PaymentId} was read on behalf of {Actor}: {Outcome}, {Before} to {After}.")]
    private static partial void LogReadByOperator(
        ILogger logger, Guid paymentId, string actor, ProviderReadOutcome outcome, PaymentStatus before, PaymentStatus after);
}

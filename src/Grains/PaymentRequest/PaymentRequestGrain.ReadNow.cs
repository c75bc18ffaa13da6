using Microsoft.Extensions.Logging;
using Payments.Grains.Operators;
using Payments.Grains.ProviderEvents;

namespace Payments.Grains.PaymentRequest;

/// <summary>The payment request as an operator's case.</summary>
public sealed partial class PaymentRequestGrain : IReadNowGrain
{
    /// <inheritdoc />
    public async Task<ProviderRead?> ReadNowAsync(string actor)
    {
        await durable.RefreshAsync();
        ForgetIfUnknown();
        if (!durable.State.Exists)
            return null;

        var before = durable.State;
        await durable.ApplyAsync(state => PaymentRequestMachine.ReadRequested(state, actor, Moment));
        var outcome = ProviderReadOutcome.NothingToRead;
        if (before.Klarna is { } known && !PaymentRequestMachine.IsFinal(before.Status))
        {
            var read = await HintAsync(new ProviderHint(known.Id, SubjectId: null, Claim: null));
            outcome = read == HintOutcome.Unreadable ? ProviderReadOutcome.Unreadable : ProviderReadOutcome.Read;
        }

        // What is owed, a cancel or a refund, was made due with the request: it goes on now.
        await WakeAsync();
        LogReadByOperator(logger, Id, actor, outcome, before.Status, durable.State.Status);
        return new ProviderRead(
            outcome, before.StatusText, durable.State.StatusText, durable.State.Klarna?.Id, durable.State.Klarna?.State.ToString(), durable.State.DueAt);
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Payment request {PaymentRequestId} was read on behalf of {Actor}: {Outcome}, {Before} to {After}.")]
    private static partial void LogReadByOperator(
        ILogger logger, long paymentRequestId, string actor, ProviderReadOutcome outcome, PaymentRequestStatus before, PaymentRequestStatus after);
}

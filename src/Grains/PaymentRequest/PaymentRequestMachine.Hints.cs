using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>How a payment request follows a hint that Klarna's object may have moved. A hint only causes a read.</summary>
public static partial class PaymentRequestMachine
{
    /// <summary>What a hint asks for: null to read, or the outcome that is clear without reading.</summary>
    public static HintOutcome? PlanAfterHint(PaymentRequestState state, ProviderHint hint)
    {
        if (!state.Exists)
            return HintOutcome.NotYet;

        // A create without an answer repeats its key, because only that answer carries the link for the customer; the hint waits for it.
        if (state.Klarna is not { } klarna)
            return IsFinal(state.Status) || state.Operation is null ? HintOutcome.NotMine : HintOutcome.NotYet;
        if (klarna.Id != hint.ObjectId)
            return HintOutcome.NotMine;

        var known = hint.SubjectId == klarna.Id && hint.Claim == klarna.State.ToString();
        return IsFinal(state.Status) || known ? HintOutcome.Done : null;
    }

    /// <summary>Klarna's answer to the read that a hint caused: adopted when it is definite and says something new.</summary>
    public static (HintOutcome Outcome, PaymentRequestState State) HintAnswered(
        PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot> answer, PaymentRequestPolicy policy, Moment moment)
    {
        var isDefinite = answer is ProviderResult<KlarnaRequestSnapshot>.Success
            or ProviderResult<KlarnaRequestSnapshot>.Refused { Code: KlarnaErrorCodes.NotFound };
        if (!isDefinite)
            return (HintOutcome.Unreadable, state);

        var after = ReadAnswered(state, answer, afterRefusal: false, policy, moment);
        var isNew = after.Status != state.Status || after.Operation?.Kind != state.Operation?.Kind || after.Klarna != state.Klarna;
        return (HintOutcome.Done, isNew ? after : state);
    }
}

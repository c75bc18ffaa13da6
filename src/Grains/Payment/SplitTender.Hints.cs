using Payments.Grains.ProviderEvents;

namespace Payments.Grains.Payment;

/// <summary>Hints about the intents of a split tender. An event names the payment; which card it is about is told by the intent.</summary>
public static partial class SplitTender
{
    /// <summary>What a hint asks for, and of which part.</summary>
    public static (int? Part, HintStep Step) PlanAfterHint(PaymentState payment, ProviderHint hint)
    {
        if (!payment.IsSplit)
            return (null, PaymentMachine.PlanAfterHint(payment, hint));

        for (var index = 0; index < payment.Allocations.Length; index++)
        {
            if (payment.Allocations[index].Intent?.Id == hint.ObjectId)
                return (index, PaymentMachine.PlanAfterHint(payment.Allocations[index], hint));
        }

        // A create without an answer may have left it; one that is still to be sent will not know it before.
        var steps = payment.Allocations.Select(allocation => PaymentMachine.PlanAfterHint(allocation, hint)).ToList();
        if (steps.IndexOf(HintStep.AdoptIntent) is var waiting and >= 0)
            return (waiting, HintStep.FindIntent);
        return (null, steps.Contains(HintStep.NotYet) ? HintStep.NotYet : HintStep.NotMine);
    }
}

using System.Collections.Immutable;
using Payments.Grains.Payment;

namespace Payments.Grains.Refunds;

/// <summary>What a refund takes from one allocation.</summary>
/// <param name="Index">Which allocation.</param>
/// <param name="AmountMinor">In minor units, above zero.</param>
internal readonly record struct RefundPart(int Index, long AmountMinor);

/// <summary>How a refund is spread over the allocations that money was taken from.</summary>
internal static class RefundParts
{
    /// <summary>The parts that a request asks for: those that it names, or from the allocations in their order until the amount is reached.</summary>
    public static (RefundPaymentOutcome Outcome, ImmutableArray<RefundPart> Parts) Of(PaymentState state, RefundPayment command) =>
        command.Allocations.IsDefaultOrEmpty ? Drawn(state, command.AmountMinor ?? RefundMachine.Left(state)) : Named(state, command.Allocations);

    private static (RefundPaymentOutcome Outcome, ImmutableArray<RefundPart> Parts) Drawn(PaymentState state, long amount)
    {
        if (amount <= 0 || amount > RefundMachine.Left(state))
            return (RefundPaymentOutcome.AmountTooLarge, []);
        if (!state.IsSplit)
            return (RefundPaymentOutcome.Accepted, [new RefundPart(0, amount)]);

        var parts = ImmutableArray.CreateBuilder<RefundPart>();
        for (var index = 0; index < state.Allocations.Length && amount > 0; index++)
        {
            var part = Math.Min(amount, RefundMachine.Left(state.Allocations[index]));
            if (part > 0)
                parts.Add(new RefundPart(index, part));
            amount -= part;
        }

        return (RefundPaymentOutcome.Accepted, parts.ToImmutable());
    }

    private static (RefundPaymentOutcome Outcome, ImmutableArray<RefundPart> Parts) Named(PaymentState state, ImmutableArray<RefundAllocation> named)
    {
        var parts = ImmutableArray.CreateBuilder<RefundPart>();
        foreach (var (id, wanted) in named)
        {
            var index = IndexOf(state, id);
            if (index < 0 || parts.Any(part => part.Index == index))
                return (RefundPaymentOutcome.UnknownAllocation, []);

            var left = RefundMachine.Left(state.IsSplit ? state.Allocations[index] : state);
            var amount = wanted ?? left;
            if (amount <= 0 || amount > left)
                return (RefundPaymentOutcome.AmountTooLarge, []);
            parts.Add(new RefundPart(index, amount));
        }

        return (RefundPaymentOutcome.Accepted, parts.ToImmutable());
    }

    private static int IndexOf(PaymentState state, Guid allocationId)
    {
        for (var index = 0; index < Math.Max(1, state.Allocations.Length); index++)
        {
            if (PaymentIds.ForAllocation(state.Id, index) == allocationId)
                return index;
        }

        return -1;
    }
}

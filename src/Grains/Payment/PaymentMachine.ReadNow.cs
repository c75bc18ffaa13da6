using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>A read that an operator asks for. What it finds is followed as after a hint.</summary>
public static partial class PaymentMachine
{
    /// <summary>Puts on record who asked. Nothing has changed by that, nor waits it any less long.</summary>
    public static PaymentState ReadRequested(PaymentState state, string actor, Moment moment) =>
        state.Exists && !IsTerminal(state.Status) ? state.Audited(moment, actor, "read_requested") with { UpdatedAt = state.UpdatedAt } : state;

    /// <summary>The provider's objects of a payment: one, or one for each card of a split tender.</summary>
    public static IEnumerable<PaymentIntentSnapshot> IntentsToRead(PaymentState state) => state.Intent is { } own
        ? [own]
        : state.Allocations.Select(static allocation => allocation.Intent).OfType<PaymentIntentSnapshot>();
}

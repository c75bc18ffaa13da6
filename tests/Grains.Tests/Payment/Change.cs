using Payments.Grains.Payment;
using Payments.Grains.Retry;

namespace Payments.Grains.Tests.Payment;

/// <summary>Says in a few words what a transition changed, for comparison with a table. The provider's objects are left out; they are checked apart.</summary>
internal static class Change
{
    /// <summary><c>same</c>, or status, operation and due time: <c>=</c> for a status that stays; for the operation <c>same</c>, <c>~</c> after another failure,
    /// <c>+</c> with the next key of the same operation, <c>*</c> when it is new; and the name of the wait.</summary>
    public static string Describe(PaymentState before, PaymentState after, Moment moment)
    {
        if (before.Equals(after with { Intent = before.Intent }))
            return "same";

        var announced = after.OutboxSequence > before.OutboxSequence ? " webhook" : "";
        var status = after.Status == before.Status && before.Exists ? "=" : after.Status.ToWire();
        return $"{status} {Operation(before, after)} {Due(before, after, moment)}{announced}";
    }

    private static string Operation(PaymentState before, PaymentState after)
    {
        if (after.Operation is not { } now)
            return "none";
        if (before.Operation is not { } then || then.Kind != now.Kind || then.BegunAt != now.BegunAt)
            return $"{now.Kind.ToString().ToLowerInvariant()}*{(now.Attempt == NextAttempt(before, now.Kind) ? "" : "?")}";
        if (now.Attempt == then.Attempt + 1)
            return "+";
        return now.Failures == then.Failures + 1 ? "~" : "same";
    }

    private static int NextAttempt(PaymentState before, ProviderOperationKind kind) => kind switch
    {
        ProviderOperationKind.Cancel => before.CancelAttempts + 1,
        ProviderOperationKind.Refund => before.RefundAttempts + 1,
        ProviderOperationKind.Capture => before.CaptureAttempts + 1,
        _ => 1,
    };

    private static string Due(PaymentState before, PaymentState after, Moment moment)
    {
        var policy = Sample.Policy;
        var due = after.ProviderDueAt;
        return due switch
        {
            null => "never",
            _ when due == before.ProviderDueAt => "kept",
            _ when due == moment.Now => "now",
            _ when due == moment.Now + policy.WriteAheadLease => "lease",
            _ when after.Operation is { Failures: > 0 } operation && due == policy.OperationRetry.Next(moment, operation.Failures) => "retry",
            _ when due == policy.SettlementWatch.Next(moment, after.IdleReads + (after.IdleReads == 0 ? 1 : 0)) => "watch",
            _ when due == policy.ObservationInterval.Next(moment, after.IdleReads + (after.IdleReads == 0 ? 1 : 0)) => "observe",
            _ when due == after.CreatedAt + policy.HoldLifetime => "hold",
            _ => $"at {due:O}",
        };
    }
}

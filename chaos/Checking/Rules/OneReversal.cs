namespace Payments.Chaos.Checking.Rules;

/// <summary>I1: a payment has at most one effective void, reversal or refund at the provider, whatever raced, crashed or was retried.</summary>
internal static class OneReversal
{
    private const string Name = "I1";

    public static IEnumerable<Violation> Check(Case found)
    {
        foreach (var ofOneOwner in found.Objects.GroupBy(static item => item.Owner))
        {
            var reversals = ofOneOwner.Sum(static item => item.Cancels + item.Refunds.Count);
            if (reversals > 1)
                yield return Violation.Of(Name, found, $"{reversals} effective cancels and refunds of one payment");
            if (ofOneOwner.Any(static item => item.Refunded > item.Received))
                yield return Violation.Of(Name, found, "more was refunded than was taken");

            // Klarna has no search by reference, so a create whose answer was lost may leave an unused request behind; Stripe has one.
            if (found.Order.Contract == Contract.Payments && ofOneOwner.Count() > 1)
                yield return Violation.Of(Name, found, $"{ofOneOwner.Count()} PaymentIntents for one payment");
        }
    }
}

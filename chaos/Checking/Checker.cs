using Payments.Chaos.Checking.Rules;

namespace Payments.Chaos.Checking;

/// <summary>Judges a run by design §10. Pure: evidence in, violations out; it knows the contract's words and none of the product's code.</summary>
internal static class Checker
{
    /// <summary>All violations, by invariant.</summary>
    public static IReadOnlyList<Violation> Judge(Evidence evidence) =>
    [
        .. evidence.Cases.SelectMany(OneReversal.Check),
        .. evidence.Cases.SelectMany(PromisesKept.Check),
        .. evidence.Cases.SelectMany(MoneyFollowsState.Check),
        .. evidence.Cases.SelectMany(found => Announcements.Check(found, evidence)),
        .. evidence.Cases.SelectMany(NothingLost.Check),
        .. evidence.Cases.SelectMany(Isolation.Check),
        .. evidence.Cases.SelectMany(AuditTrail.Check),
        .. evidence.Cases.SelectMany(found => KnownAnswers.Check(found, evidence)),
        .. evidence.Cases.SelectMany(found => FreshAnswers.Check(found, evidence)),
        .. Isolation.CheckStrays(evidence),
    ];
}

using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>What the table tests share: the columns, the legend, and inputs enumerated from the enums, so that a new member without a row fails.</summary>
internal static class PaymentTables
{
    /// <summary>Not before the line, before the provider, with the money somewhere, terminal, cancelling, reversing, failed.</summary>
    public const string Columns =
        "                                 IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX";

    public const string Legend = """
        .  = same
        DN = COMPLETED none never webhook
        FL = FAILED none never webhook
        AU = AUTHORIZED none hold webhook
        AC = ACCEPTED none observe webhook
        AR = AUTH_REQUIRED none observe
        XX = CANCELLED none never webhook
        ob = = none observe
        os = = same observe
        un = = ~ retry
        PD = PENDING ~ retry
        PR = PROCESSING ~ retry
        pr = PROCESSING same lease
        le = = same lease
        nk = = + lease
        au = AUTHORIZED none hold
        kp = = same kept
        CI = CANCEL_INITIALIZED cancel* lease
        ci = = cancel* lease
        RF = CANCEL_INITIALIZED refund* now
        rf = = refund* now
        AW = = awaitsettlement* watch
        wt = = same watch
        CF = CANCEL_FAILED none observe
        """;

    /// <summary>An input of one row, from what it does to a state.</summary>
    public static Func<PaymentState, string> Input(Func<PaymentState, Moment, PaymentState> transition, TimeSpan later = default, bool readsIntent = false) => before =>
    {
        var moment = Sample.At(Sample.Now.Now + later);
        var after = transition(before, moment);
        PaymentInvariants.Check(before, after, moment);
        Assert.Equal(after, transition(before, moment) with { Outbox = after.Outbox, Audit = after.Audit });
        if (readsIntent && after != before && after.Intent == before.Intent)
            Assert.Fail($"The intent that was read is not remembered in {after.Status}.");
        return Change.Describe(before, after, moment);
    };

    /// <summary>Rows of every status that an intent can have.</summary>
    public static Dictionary<string, Func<PaymentState, string>> ForIntents(string name, Func<PaymentState, PaymentIntentSnapshot, Moment, PaymentState> transition) =>
        Enum.GetValues<Intent>().ToDictionary(
            status => $"{name} {status}",
            // The error code makes what is read differ from what was known, so that it can be seen whether it was taken over.
            status => Input((state, moment) => transition(state, Sample.IntentAs(status) with { LastErrorCode = "seen" }, moment), readsIntent: true));

    /// <summary>One row that every reason for an unknown outcome must agree on.</summary>
    public static Func<PaymentState, string> ForCauses(Func<PaymentState, Cause, Moment, PaymentState> transition, TimeSpan later = default, params Cause[] causes) => before =>
    {
        var all = (causes.Length > 0 ? causes : Enum.GetValues<Cause>())
            .Select(cause => Input((state, moment) => transition(state, cause, moment), later)(before))
            .Distinct().ToList();
        return string.Join(" or ", all);
    };

    /// <summary>The operation whose answer comes in: what the state owes, or, where it owes nothing, one that is over.</summary>
    public static ProviderOperation Sent(PaymentState state) =>
        state.Operation ?? new ProviderOperation(ProviderOperationKind.Cancel, 1, Sample.Begun, Sample.Begun);

    public static ProviderResult<T> Success<T>(T value) => new ProviderResult<T>.Success(value);

    public static ProviderResult<T> Refused<T>(T? current, string code = "refused") => new ProviderResult<T>.Refused(code, "no", current);

    public static ProviderResult<T> Unknown<T>(Cause cause) => new ProviderResult<T>.Unknown(cause, "lost");
}

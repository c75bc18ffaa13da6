using System.Collections.Immutable;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>The payment that the tests of the rules are about, in every situation that it can be in.</summary>
internal static class Sample
{
    public const long Amount = 25000;
    public const string IntentId = "pi_1";
    public const string RefundId = "re_1";

    public static readonly Guid Merchant = new("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");
    public static readonly Guid Stranger = new("11111111-2222-4333-8444-555555555555");
    public static readonly Guid Id = new("770e8400-e29b-41d4-a716-446655440000");
    public static readonly PaymentPolicy Policy = new();
    public static readonly DateTimeOffset Created = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);

    /// <summary>When operations of the sample were begun.</summary>
    public static readonly DateTimeOffset Begun = Created + TimeSpan.FromMinutes(10);

    /// <summary>A chance of one half is no jitter at all.</summary>
    public static readonly Moment Now = At(Created + TimeSpan.FromMinutes(20));

    public static Moment At(DateTimeOffset now) => new(now, 0.5);

    public static readonly PaymentMethod Card = new(new Guid("aaaa1111-2222-4333-8444-555566667777"), PaymentMethodKind.Card, "pm_card", "cus_1");
    public static readonly PaymentMethod Bank = new(new Guid("bbbb1111-2222-4333-8444-555566667777"), PaymentMethodKind.BankAccount, "pm_bank", null);

    public static readonly CreatePayment Create = new(
        Merchant, "preauth-20260404-001", Amount, "USD", AuthorizeOnly: true, Card.Id, Consent: null, Description: null,
        StatementDescriptorSuffix: null, Source: "merchant-portal", ImmutableDictionary<string, string>.Empty, Actor: "client-1");

    public static CancelPayment CancelBy(Guid merchant) =>
        new(merchant, CancellationReason.RequestedByCustomer, "Customer changed their mind before shipment", "client-2");

    public static CapturePayment CaptureBy(Guid merchant) => new(merchant, AmountMinor: null, Allocations: [], "client-3");

    public static PaymentIntentSnapshot IntentAs(Intent status) => new(
        IntentId, status, Amount, status == Intent.Succeeded ? Amount : 0, status == Intent.Canceled ? "requested_by_customer" : null, LastErrorCode: null);

    public static RefundSnapshot RefundAs(RefundStatus status, long amount = Amount) =>
        new(RefundId, status, amount, status == RefundStatus.Failed ? "unknown" : null);

    /// <summary>Every situation by a short name. The states are built from the rules themselves, so that none is impossible.</summary>
    public static readonly IReadOnlyDictionary<string, PaymentState> Situations = Build();

    /// <summary>Those in which the payment exists.</summary>
    public static readonly IReadOnlyDictionary<string, PaymentState> Existing =
        Situations.Where(pair => pair.Value.Exists).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static Dictionary<string, PaymentState> Build()
    {
        var begun = At(Begun);
        var initiated = PaymentMachine.Create(new PaymentState(), Id, Create, Card, Policy, At(Created)).State;
        var processing = PaymentMachine.BeginCreate(initiated, Policy, begun);
        var authRequired = Created_(Intent.RequiresAction);
        var authorized = Created_(Intent.RequiresCapture);
        var accepted = Created_(Intent.Processing);
        var cancelling = Cancelling(authorized);
        var reversing = Cancelling(accepted);
        var awaiting = PaymentMachine.CancelAnswered(reversing, reversing.Operation!, Refused(Intent.Processing), Policy, begun);
        var owed = PaymentMachine.IntentRead(awaiting, Read(Intent.Succeeded), Policy, begun);
        var capturing = PaymentMachine.Capture(authorized, CaptureBy(Merchant), Policy, begun).State;
        var failed = PaymentMachine.CancelAnswered(cancelling, cancelling.Operation!, Refused(Intent.RequiresCapture), Policy, begun);
        return new()
        {
            ["no"] = new PaymentState(),
            ["IN"] = initiated,
            ["PD"] = CreateUnknown(ProviderUncertainty.NotSent),
            ["P0"] = processing,
            ["PT"] = CreateUnknown(ProviderUncertainty.Timeout),
            ["PE"] = CreateUnknown(ProviderUncertainty.ServerError),
            ["AR"] = authRequired,
            ["AU"] = authorized,
            ["AC"] = accepted,
            ["CP"] = capturing,
            ["CK"] = PaymentMachine.CaptureAnswered(capturing, capturing.Operation!, Lost(ProviderUncertainty.ServerError), Policy, begun),
            ["DN"] = Created_(Intent.Succeeded),
            ["FL"] = Created_(Intent.RequiresPaymentMethod),
            ["XN"] = PaymentMachine.Cancel(initiated, CancelBy(Merchant), Policy, begun).State,
            ["XX"] = PaymentMachine.CancelAnswered(cancelling, cancelling.Operation!, Read(Intent.Canceled), Policy, begun),
            ["C1"] = cancelling,
            ["CA"] = reversing,
            ["C3"] = Cancelling(authRequired),
            ["CE"] = PaymentMachine.CancelAnswered(cancelling, cancelling.Operation!, Lost(ProviderUncertainty.ServerError), Policy, begun),
            ["CQ"] = Cancelling(failed),
            ["AW"] = awaiting,
            ["RO"] = owed,
            ["RE"] = RefundAnswered(new ProviderResult<RefundSnapshot>.Unknown(ProviderUncertainty.ServerError, "")),
            ["RP"] = RefundAnswered(new ProviderResult<RefundSnapshot>.Success(RefundAs(RefundStatus.Pending))),
            ["CF"] = failed,
            ["CR"] = RefundAnswered(new ProviderResult<RefundSnapshot>.Success(RefundAs(RefundStatus.Failed))),
            ["CX"] = RefundAnswered(new ProviderResult<RefundSnapshot>.Refused("insufficient_funds", "", null)),
        };

        // What was announced at its creation has long been delivered.
        PaymentState Created_(Intent status) => PaymentMachine.CreateAnswered(processing, Read(status), false, Policy, begun) with { Outbox = [] };

        PaymentState CreateUnknown(ProviderUncertainty cause) => PaymentMachine.CreateAnswered(processing, Lost(cause), false, Policy, begun);

        PaymentState Cancelling(PaymentState state) => PaymentMachine.Cancel(state, CancelBy(Merchant), Policy, begun).State;

        PaymentState RefundAnswered(ProviderResult<RefundSnapshot> answer) => PaymentMachine.RefundAnswered(owed, owed.Operation!, answer, Policy, begun);
    }

    private static ProviderResult<PaymentIntentSnapshot> Read(Intent status) => new ProviderResult<PaymentIntentSnapshot>.Success(IntentAs(status));

    private static ProviderResult<PaymentIntentSnapshot> Refused(Intent status) =>
        new ProviderResult<PaymentIntentSnapshot>.Refused("payment_intent_unexpected_state", "", IntentAs(status));

    private static ProviderResult<PaymentIntentSnapshot> Lost(ProviderUncertainty cause) =>
        new ProviderResult<PaymentIntentSnapshot>.Unknown(cause, "");
}

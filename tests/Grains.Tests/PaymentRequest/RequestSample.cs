using System.Collections.Immutable;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Tests.PaymentRequest;

/// <summary>The payment request that the tests of the rules are about, in every situation that it can be in.</summary>
internal static class RequestSample
{
    public const long Id = 123;

    public static readonly Guid Merchant = new("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");
    public static readonly Guid Stranger = new("11111111-2222-4333-8444-555555555555");
    public static readonly PaymentRequestPolicy Policy = new();
    public static readonly DateTimeOffset Created = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Ends = Created + TimeSpan.FromHours(3);
    public static readonly Moment Now = At(Created + TimeSpan.FromMinutes(20));

    public static readonly CreatePaymentRequest Create = new(
        Merchant, "klarna", "DynamicQR", 10000, "EUR", "GR", "el-GR", "till 3", ImmutableArray<OrderLine>.Empty, "key-7");

    /// <summary>Every situation by a short name, built from the rules themselves.</summary>
    public static readonly IReadOnlyDictionary<string, PaymentRequestState> Situations = Build();

    public static Moment At(DateTimeOffset now) => new(now, 0.5);

    public static KlarnaRequestSnapshot Klarna(KlarnaRequestState state) => new("krn:1", state, "https://pay.example/1", Ends);

    public static CancelPaymentRequest CancelBy(Guid merchant) => new(merchant, "key-7");

    /// <summary>What must hold after every transition, whatever the input was.</summary>
    public static void CheckInvariants(PaymentRequestState before, PaymentRequestState after, Moment moment)
    {
        if (before.Exists && PaymentRequestMachine.IsFinal(before.Status))
            Assert.Same(before, after);
        if (PaymentRequestMachine.IsFinal(after.Status))
            Assert.Equal((null, null), (after.Operation, after.ProviderDueAt));
        else if (after.Exists && after.Provider == CreatePaymentRequest.KlarnaProvider)
            Assert.NotNull(after.DueAt);
        if (after.Status == PaymentRequestStatus.Canceled)
            Assert.Equal(KlarnaRequestState.Canceled, after.Klarna!.State);
        if (after.Status == PaymentRequestStatus.CancelPending)
            Assert.True(after.Operation is { Kind: RequestOperationKind.Cancel or RequestOperationKind.CreateThenCancel });
        if (after.Operation is { Kind: RequestOperationKind.Cancel })
            Assert.NotNull(after.Klarna);
        if (after.Exists && (after.Status != before.Status || !before.Exists))
            Assert.Equal((after.StatusText, moment.Now, moment.Now), (after.Audit[^1].Status, after.Audit[^1].At, after.UpdatedAt));
        if (before.Exists)
            Assert.Equal(
                (before.Id, before.MerchantId, before.Provider, before.AmountMinor, before.CreatedAt),
                (after.Id, after.MerchantId, after.Provider, after.AmountMinor, after.CreatedAt));
        if (before.Operation is { } then && after.Operation is { } now && then.Kind == now.Kind && then.BegunAt == now.BegunAt)
            Assert.True(now.Attempt >= then.Attempt);
        if (before.Klarna?.Url is { } url)
            Assert.Equal(url, after.Klarna?.Url);
    }

    private static Dictionary<string, PaymentRequestState> Build()
    {
        var begun = At(Created + TimeSpan.FromMinutes(10));
        var created = PaymentRequestMachine.Create(new PaymentRequestState(), Id, Create, Policy, At(Created));
        var failed = Answered(created, new ProviderResult<KlarnaRequestSnapshot>.Unknown(ProviderUncertainty.ServerError, ""));
        var submitted = Answered(created, Success(KlarnaRequestState.Submitted));
        var inProgress = Answered(created, Success(KlarnaRequestState.InProgress));
        var cancelling = Cancelled(submitted);
        return new()
        {
            ["no"] = new PaymentRequestState(),
            ["NK"] = PaymentRequestMachine.Create(new PaymentRequestState(), Id, Create with { Provider = "viva" }, Policy, At(Created)),
            ["S0"] = created,
            ["SE"] = failed,
            ["S1"] = submitted,
            ["IP"] = inProgress,
            ["CC"] = Cancelled(created),
            ["CE"] = Cancelled(failed),
            ["CP"] = cancelling,
            ["CI"] = Cancelled(inProgress),
            ["CU"] = PaymentRequestMachine.CancelAnswered(
                cancelling, new ProviderResult<KlarnaRequestSnapshot>.Unknown(ProviderUncertainty.Timeout, ""), Policy, begun),
            ["CF"] = PaymentRequestMachine.ReadAnswered(
                cancelling, new ProviderResult<KlarnaRequestSnapshot>.Unknown(ProviderUncertainty.Timeout, ""), afterRefusal: false, Policy,
                At(begun.Now + Policy.GivenUpAfter)),
            ["DN"] = Answered(created, Success(KlarnaRequestState.Completed)),
            ["DC"] = Answered(created, new ProviderResult<KlarnaRequestSnapshot>.Refused("VALIDATION_ERROR", "", null)),
            ["EX"] = Answered(created, Success(KlarnaRequestState.Expired)),
            ["XX"] = PaymentRequestMachine.CancelAnswered(cancelling, Success(KlarnaRequestState.Canceled), Policy, begun),
        };

        PaymentRequestState Answered(PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot> answer) =>
            PaymentRequestMachine.CreateAnswered(state, answer, Policy, begun);

        PaymentRequestState Cancelled(PaymentRequestState state) => PaymentRequestMachine.Cancel(state, CancelBy(Merchant), Policy, begun).State;

        static ProviderResult<KlarnaRequestSnapshot> Success(KlarnaRequestState state) =>
            new ProviderResult<KlarnaRequestSnapshot>.Success(Klarna(state));
    }
}

using System.Text.Json;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Refunds;
using Payments.Grains.Retry;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;
using Cause = Payments.Grains.Ports.ProviderUncertainty;

namespace Payments.Grains.Tests.Refunds;

public sealed class RefundMachineTests
{
    private static readonly Guid Id = new("dddd1111-2222-4333-8444-555566667777");
    private static readonly Guid Other = new("eeee1111-2222-4333-8444-555566667777");

    private static readonly RefundPayment Part = new(
        Sample.Merchant, Sample.Id, "refund-1", 10000, CancellationReason.RequestedByCustomer, "merchant-portal", "client-4");

    private static readonly Dictionary<string, PaymentState> Situations = Build();

    private const string Legend = """
        .  = same
        dn = COMPLETED none never webhook
        pd = PENDING none watch webhook
        wt = PENDING none watch
        fl = FAILED none never webhook
        un = INITIATED ~ retry
        nk = INITIATED + now
        le = INITIATED same lease
        """;

    [Fact]
    public void A_merchants_request_has_its_answer_in_every_situation_of_the_payment()
    {
        // Only what was taken and stays taken can be given back; while a cancel is under way it gives back itself.
        var grid = Grid.Parse("""
            4 = NotFound same
            n = NotRefundable same
            2 = Accepted refund
            b = AmountTooLarge same
            """, """
                      no IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            all     : 4  n  n  n  n  n  | n  n  n  n  n  | 2  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            a part  : 4  n  n  n  n  n  | n  n  n  n  n  | 2  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            too much : 4  n  n  n  n  n  | n  n  n  n  n  | b  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            nothing : 4  n  n  n  n  n  | n  n  n  n  n  | b  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            foreign : 4  4  4  4  4  4  | 4  4  4  4  4  | 4  4  4  4  | 4  4  4  4  4  | 4  4  4  4  | 4  4  4
            """);

        grid.Verify(Sample.Situations, new Dictionary<string, Func<PaymentState, string>>
        {
            ["all"] = Request(Part with { AmountMinor = null }),
            ["a part"] = Request(Part),
            ["too much"] = Request(Part with { AmountMinor = Sample.Amount + 1 }),
            ["nothing"] = Request(Part with { AmountMinor = 0 }),
            ["foreign"] = Request(Part with { MerchantId = Sample.Stranger }),
        });

        static Func<PaymentState, string> Request(RefundPayment command) => before =>
        {
            var (outcome, after) = RefundMachine.Request(before, Id, command, Sample.Now);
            return $"{outcome} {(ReferenceEquals(before, after) ? "same" : "refund")}";
        };
    }

    [Theory]
    [InlineData("IN", RefundPaymentOutcome.Accepted, RefundPaymentOutcome.TransactionIdUsed)]
    [InlineData("DN", RefundPaymentOutcome.Accepted, RefundPaymentOutcome.TransactionIdUsed)]
    [InlineData("FL", RefundPaymentOutcome.Accepted, RefundPaymentOutcome.TransactionIdUsed)]
    public void The_same_id_again_is_the_same_refund_and_never_another_amount(string name, RefundPaymentOutcome same, RefundPaymentOutcome other)
    {
        var state = Situations[name];

        Assert.Equal((same, state), RefundMachine.Request(state, Id, Part, Sample.Now));
        Assert.Equal((same, state), RefundMachine.Request(state, Id, Part with { AmountMinor = null }, Sample.Now));
        Assert.Equal((other, state), RefundMachine.Request(state, Id, Part with { AmountMinor = 9999 }, Sample.Now));
    }

    [Theory]
    [InlineData("no", 25000)]
    [InlineData("IN", 15000)]
    [InlineData("UE", 15000)]
    [InlineData("PD", 15000)]
    [InlineData("DN", 15000)]
    [InlineData("FL", 25000)]
    public void What_is_left_counts_every_refund_that_did_not_certainly_fail(string name, long left)
    {
        var state = Situations[name];

        Assert.Equal(left, RefundMachine.Left(state));
        Assert.Equal(RefundPaymentOutcome.AmountTooLarge, RefundMachine.Request(state, Other, Part with { AmountMinor = left + 1 }, Sample.Now).Outcome);
        var rest = RefundMachine.Request(state, Other, Part with { AmountMinor = null }, Sample.Now).State;
        Assert.Equal(left, RefundMachine.Find(rest, Other)!.AmountMinor);
        Assert.Equal(RefundPaymentOutcome.AmountTooLarge, RefundMachine.Request(rest, Guid.NewGuid(), Part with { AmountMinor = null }, Sample.Now).Outcome);
    }

    [Fact]
    public void Of_a_partly_captured_payment_only_what_was_captured_can_be_given_back()
    {
        var payment = Situations["no"] with { Intent = Situations["no"].Intent! with { AmountReceivedMinor = 9000 } };

        Assert.Equal(RefundPaymentOutcome.AmountTooLarge, RefundMachine.Request(payment, Id, Part, Sample.Now).Outcome);
        Assert.Equal(9000, RefundMachine.Request(payment, Id, Part with { AmountMinor = null }, Sample.Now).State.Refunds[0].AmountMinor);
    }

    [Fact]
    public void Every_answer_has_its_result_in_every_situation_of_the_refund()
    {
        var grid = Grid.Parse(Legend, """
                                    no IN UT UE PD DN FL
            begin                 : .  le le le .  .  .
            made Pending          : .  pd pd pd .  .  .
            made RequiresAction   : .  pd pd pd .  .  .
            made Succeeded        : .  dn dn dn .  .  .
            made Failed           : .  fl fl fl .  .  .
            made Canceled         : .  fl fl fl .  .  .
            refused               : .  fl fl fl .  .  .
            unknown               : .  un un un .  .  .
            found Pending         : .  pd pd pd .  .  .
            found RequiresAction  : .  pd pd pd .  .  .
            found Succeeded       : .  dn dn dn .  .  .
            found Failed          : .  fl fl fl .  .  .
            found Canceled        : .  fl fl fl .  .  .
            none                  : .  nk nk nk .  .  .
            none after 24 h       : .  fl fl fl .  .  .
            none, asked before    : .  .  .  .  .  .  .
            look-up unknown       : .  un un un .  .  .
            look-up refused       : .  un un un .  .  .
            read Pending          : .  .  .  .  wt pd .
            read RequiresAction   : .  .  .  .  wt pd .
            read Succeeded        : .  .  .  .  dn .  .
            read Failed           : .  .  .  .  fl fl .
            read Canceled         : .  .  .  .  fl fl .
            read unknown          : .  .  .  .  wt .  .
            read refused          : .  .  .  .  wt .  .
            read another          : .  .  .  .  wt .  .
            """);
        var inputs = new Dictionary<string, Func<PaymentState, string>>
        {
            ["begin"] = Input((state, now) => RefundMachine.Begin(state, Id, Sample.Policy, now)),
            ["refused"] = Input((state, now) => Made(state, new ProviderResult<RefundSnapshot>.Refused("insufficient_funds", "no", null), now)),
            ["unknown"] = ForCauses((state, cause, now) => Made(state, new ProviderResult<RefundSnapshot>.Unknown(cause, "lost"), now)),
            ["none"] = Input((state, now) => LookedUp(state, new ProviderResult<RefundSnapshot?>.Success(null), now)),
            ["none after 24 h"] = Input((state, now) => LookedUp(state, new ProviderResult<RefundSnapshot?>.Success(null), now), Sample.Policy.CreateGivenUpAfter),
            ["none, asked before"] = Input((state, now) => RefundMachine.LookedUp(
                state, Id, new ProviderOperation(ProviderOperationKind.Refund, 0, Sample.Begun, Sample.Begun), new ProviderResult<RefundSnapshot?>.Success(null), Sample.Policy, now)),
            ["look-up unknown"] = ForCauses((state, cause, now) => LookedUp(state, new ProviderResult<RefundSnapshot?>.Unknown(cause, "lost"), now)),
            ["look-up refused"] = Input((state, now) => LookedUp(state, new ProviderResult<RefundSnapshot?>.Refused("x", "no", null), now)),
            ["read unknown"] = ForCauses((state, cause, now) => Read(state, new ProviderResult<RefundSnapshot>.Unknown(cause, "lost"), now)),
            ["read refused"] = Input((state, now) => Read(state, new ProviderResult<RefundSnapshot>.Refused("resource_missing", "no", null), now)),
            ["read another"] = Input((state, now) => Read(state, Snapshot(RefundStatus.Succeeded, "re_2"), now)),
        };
        foreach (var status in Enum.GetValues<RefundStatus>())
        {
            inputs[$"made {status}"] = Input((state, now) => Made(state, Snapshot(status), now));
            inputs[$"found {status}"] = Input((state, now) => LookedUp(state, new ProviderResult<RefundSnapshot?>.Success(As(status)), now));
            inputs[$"read {status}"] = Input((state, now) => Read(state, Snapshot(status), now));
        }

        grid.Verify(Situations, inputs);
    }

    [Fact]
    public void What_is_due_repeats_its_key_while_it_is_known_and_looks_before_another()
    {
        Assert.Equal(RefundStep.Create, Plan("IN", TimeSpan.Zero));
        Assert.Equal(RefundStep.Create, Plan("UT", TimeSpan.FromHours(1)));
        Assert.Equal(RefundStep.Find, Plan("UT", Sample.Policy.IdempotencyKeyLifetime));
        Assert.Equal(RefundStep.Find, Plan("UE", TimeSpan.FromHours(1)));
        Assert.Equal(RefundStep.Read, Plan("PD", TimeSpan.FromDays(1)));
        Assert.Equal(RefundStep.None, Plan("PD", TimeSpan.Zero));
        Assert.Equal(RefundStep.None, Plan("DN", TimeSpan.FromDays(30)));
        Assert.Equal(RefundStep.None, Plan("FL", TimeSpan.FromDays(30)));

        static RefundStep Plan(string name, TimeSpan later) => RefundMachine.Plan(Situations[name].Refunds[0], Sample.Begun + later, Sample.Policy);
    }

    [Fact]
    public void The_trail_names_the_attempt_that_gave_the_money_back()
    {
        var failed = Situations["UE"].Refunds[0].Operation!;
        var again = RefundMachine.LookedUp(
            Situations["UE"], Id, failed, new ProviderResult<RefundSnapshot?>.Success(null), Sample.Policy, Sample.Now);
        var second = again.Refunds[0].Operation!;
        var done = RefundMachine.Answered(
            again, Id, second, new ProviderResult<RefundSnapshot>.Success(Sample.RefundAs(RefundStatus.Succeeded)), Sample.Policy, Sample.Now);

        Assert.Equal((RefundState.Completed, 2), (done.Refunds[0].Status, second.Attempt));
        Assert.Contains(done.Audit, entry => entry.OperationKey == second.KeyFor(Id));
    }

    [Fact]
    public void Two_refunds_and_a_compensation_never_share_a_key()
    {
        var both = RefundMachine.Request(Situations["IN"], Other, Part with { MerchantTransactionId = "refund-2" }, Sample.Now).State;

        Assert.Equal("dddd1111222243338444555566667777-refund-1", both.Refunds[0].Operation!.KeyFor(both.Refunds[0].Id));
        Assert.Equal("eeee1111222243338444555566667777-refund-1", both.Refunds[1].Operation!.KeyFor(both.Refunds[1].Id));
    }

    [Fact]
    public void The_webhook_says_what_became_of_it()
    {
        Assert.Equal(
            """{"name":"REFUND_SUCCESS","source":"merchant-portal","payload":{"refundId":"dddd1111-2222-4333-8444-555566667777","paymentId":"770e8400-e29b-41d4-a716-446655440000","merchantId":"b955db5e-aef2-47de-bbb9-c80b9cc16e8f","merchantTransactionId":"refund-1","amount":10000,"reason":"REQUESTED_BY_CUSTOMER","status":"COMPLETED"}}""",
            Situations["DN"].Outbox[^1].Body);
        using var failed = JsonDocument.Parse(Situations["FL"].Outbox[^1].Body);
        Assert.Equal("REFUND_FAILED", failed.RootElement.GetProperty("name").GetString());
        Assert.Equal("unknown", failed.RootElement.GetProperty("payload").GetProperty("error").GetString());
        Assert.Equal("REFUND_PENDING", Situations["PD"].Outbox[^1].Event);
        Assert.Throws<ArgumentOutOfRangeException>(() => RefundWebhook.EventOf(RefundState.Initiated));
    }

    [Fact]
    public void The_payment_stays_as_it_is_and_explains_its_refunds()
    {
        var state = Situations["DN"];

        Assert.Equal(PaymentStatus.Completed, state.Status);
        Assert.Equal(["refund_requested", "refund_completed"], state.Audit.TakeLast(2).Select(static entry => entry.Event));
        Assert.Equal("client-4", state.Audit[^2].Actor);
        Assert.Equal(Sample.Begun, Situations["IN"].DueAt);
        Assert.Null((state with { Outbox = [] }).DueAt);
    }

    private static Dictionary<string, PaymentState> Build()
    {
        var begun = Sample.At(Sample.Begun);
        var payment = Sample.Situations["DN"];
        var requested = RefundMachine.Request(payment, Id, Part, begun).State;
        return new()
        {
            ["no"] = payment,
            ["IN"] = requested,
            ["UT"] = Made(requested, new ProviderResult<RefundSnapshot>.Unknown(Cause.Timeout, "lost"), begun),
            ["UE"] = Made(requested, new ProviderResult<RefundSnapshot>.Unknown(Cause.ServerError, "lost"), begun),
            ["PD"] = Made(requested, Snapshot(RefundStatus.Pending), begun),
            ["DN"] = Made(requested, Snapshot(RefundStatus.Succeeded), begun),
            ["FL"] = Made(requested, Snapshot(RefundStatus.Failed), begun),
        };
    }

    private static RefundSnapshot As(RefundStatus status, string id = "re_1") =>
        new(id, status, 10000, status == RefundStatus.Failed ? "unknown" : null);

    private static ProviderResult<RefundSnapshot> Snapshot(RefundStatus status, string id = "re_1") => new ProviderResult<RefundSnapshot>.Success(As(status, id));

    private static ProviderOperation Sent(PaymentState state) =>
        RefundMachine.Find(state, Id)?.Operation ?? new ProviderOperation(ProviderOperationKind.Refund, 1, Sample.Begun, Sample.Begun);

    private static PaymentState Made(PaymentState state, ProviderResult<RefundSnapshot> answer, Moment now) =>
        RefundMachine.Answered(state, Id, Sent(state), answer, Sample.Policy, now);

    private static PaymentState LookedUp(PaymentState state, ProviderResult<RefundSnapshot?> answer, Moment now) =>
        RefundMachine.LookedUp(state, Id, Sent(state), answer, Sample.Policy, now);

    private static PaymentState Read(PaymentState state, ProviderResult<RefundSnapshot> answer, Moment now) =>
        RefundMachine.Read(state, Id, answer, Sample.Policy, now);

    private static Func<PaymentState, string> ForCauses(Func<PaymentState, Cause, Moment, PaymentState> transition) => before =>
        string.Join(" or ", Enum.GetValues<Cause>().Select(cause => Input((state, now) => transition(state, cause, now))(before)).Distinct());

    private static Func<PaymentState, string> Input(Func<PaymentState, Moment, PaymentState> transition, TimeSpan later = default) => before =>
    {
        var moment = Sample.At(Sample.Now.Now + later);
        var after = transition(before, moment);
        Assert.Equal(before.Status, after.Status);
        if (ReferenceEquals(before, after))
            return "same";

        var (then, now) = (RefundMachine.Find(before, Id)!, RefundMachine.Find(after, Id)!);
        Assert.Equal((then.Id, then.AmountMinor, then.MerchantTransactionId), (now.Id, now.AmountMinor, now.MerchantTransactionId));
        var announced = after.OutboxSequence > before.OutboxSequence;
        Assert.Equal(announced, now.Status != then.Status);
        return $"{now.Status.ToWire()} {Operation(then, now)} {Due(now, moment)}{(announced ? " webhook" : "")}";
    };

    private static string Operation(RefundEntry then, RefundEntry now) => (then.Operation, now.Operation) switch
    {
        (_, null) => "none",
        ({ } before, { } after) when after.Attempt == before.Attempt + 1 && after.LastCause is null => "+",
        ({ } before, { } after) when after.Failures == before.Failures + 1 => "~",
        _ => "same",
    };

    private static string Due(RefundEntry refund, Moment moment) => refund.DueAt switch
    {
        null => "never",
        { } due when due == moment.Now => "now",
        { } due when due == moment.Now + Sample.Policy.WriteAheadLease => "lease",
        { } due when refund.Operation is { } operation && due == Sample.Policy.OperationRetry.Next(moment, operation.Failures) => "retry",
        { } due when due == Sample.Policy.SettlementWatch.Next(moment, refund.IdleReads) => "watch",
        { } due => $"at {due:O}",
    };
}

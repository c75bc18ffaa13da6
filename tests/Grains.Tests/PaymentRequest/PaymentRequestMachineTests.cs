using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.PaymentRequest;

public sealed class PaymentRequestMachineTests
{
    private const string Columns = "              NK S0 SE S1 IP | CC CE CP CI CU CF | DN DC EX XX";

    private const string Legend = """
        .  = same
        au = = same kept
        SU = SUBMITTED none end
        IP = IN_PROGRESS none end
        op = = none end
        ob = = none observe
        un = = ~ retry
        nk = = + lease
        cn = = cancel* kept
        CF = CANCEL_FAILED none observe
        cw = CANCEL_PENDING cancel* lease
        DN = COMPLETED none never
        DC = DECLINED none never
        EX = EXPIRED none never
        XX = CANCELED none never
        """;

    private static readonly IReadOnlyDictionary<string, PaymentRequestState> Existing =
        RequestSample.Situations.Where(pair => pair.Value.Exists).ToDictionary(pair => pair.Key, pair => pair.Value);

    [Fact]
    public void A_merchants_cancel_is_answered_as_the_seed_says_in_every_situation()
    {
        // The seed: 400 not Klarna, 403 foreign, 404 unknown, 409 already cancelled or completed; the rest asks Klarna.
        var grid = Grid.Parse("""
            404 = NotFound same None
            403 = ForeignMerchant same None
            400 = NotKlarna same None
            409 = AlreadyFinal same None
            c   = ask CANCEL_PENDING createthencancel* lease Create
            C   = ask CANCEL_PENDING cancel* lease Cancel
            r   = ask same Read
            rc  = ask same Create
            rf  = ask CANCEL_PENDING cancel* lease Read
            """, """
                      no  NK  S0  SE  S1  IP  | CC  CE  CP  CI  CU  CF  | DN  DC  EX  XX
            own     : 404 400 c   c   C   C   | rc  rc  r   r   r   rf  | 409 409 409 409
            foreign : 404 403 403 403 403 403 | 403 403 403 403 403 403 | 403 403 403 403
            """);

        grid.Verify(RequestSample.Situations, new Dictionary<string, Func<PaymentRequestState, string>>
        {
            ["own"] = Cancel(RequestSample.Merchant),
            ["foreign"] = Cancel(RequestSample.Stranger),
        });

        static Func<PaymentRequestState, string> Cancel(Guid merchant) => before =>
        {
            var decision = PaymentRequestMachine.Cancel(before, RequestSample.CancelBy(merchant), RequestSample.Policy, RequestSample.Now);
            RequestSample.CheckInvariants(before, decision.State, RequestSample.Now);
            return $"{decision.Outcome?.ToString() ?? "ask"} {Describe(before, decision.State, RequestSample.Now)} {decision.Step}";
        };
    }

    [Fact]
    public void Every_answer_to_a_create_has_its_result_in_every_situation()
    {
        var grid = Grid.Parse(Legend, Columns + """

            created again     :  .  .  .  .  . |  .  .  .  .  .  . |  .  .  .  .
            begin             :  .  . nk  .  . |  . nk  .  .  .  . |  .  .  .  .
            begin, forgotten  :  . nk nk  .  . | nk nk  .  .  .  . |  .  .  .  .
            answer Submitted  :  . op op  .  . | cn cn  .  .  .  . |  .  .  .  .
            answer InProgress :  . IP IP  .  . | cn cn  .  .  .  . |  .  .  .  .
            answer Completed  :  . DN DN  .  . | DN DN  .  .  .  . |  .  .  .  .
            answer Canceled   :  . XX XX  .  . | XX XX  .  .  .  . |  .  .  .  .
            answer Declined   :  . DC DC  .  . | DC DC  .  .  .  . |  .  .  .  .
            answer Expired    :  . EX EX  .  . | EX EX  .  .  .  . |  .  .  .  .
            refused           :  . DC DC  .  . | DC DC  .  .  .  . |  .  .  .  .
            unknown           :  . un un  .  . | un un  .  .  .  . |  .  .  .  .
            unknown, given up :  . EX EX  .  . | EX EX  .  .  .  . |  .  .  .  .
            """);
        var inputs = Inputs("answer", (state, answer, now) => PaymentRequestMachine.CreateAnswered(state, answer, RequestSample.Policy, now));
        inputs["created again"] = Input((state, now) => PaymentRequestMachine.Create(state, RequestSample.Id, RequestSample.Create, RequestSample.Policy, now));
        inputs["begin"] = Input((state, now) => PaymentRequestMachine.BeginCreate(state, RequestSample.Policy, now));
        inputs["begin, forgotten"] = Input(
            (state, now) => PaymentRequestMachine.BeginCreate(state, RequestSample.Policy, now), RequestSample.Policy.IdempotencyKeyLifetime);

        grid.Verify(Existing, inputs);
    }

    [Fact]
    public void Every_answer_to_a_cancel_has_its_result_in_every_situation()
    {
        // A refusal says nothing yet (au): Klarna does not say why, so the read that follows decides.
        var grid = Grid.Parse(Legend, Columns + """

            answer Submitted  :  .  .  .  .  . |  .  . un un un  . |  .  .  .  .
            answer InProgress :  .  .  .  .  . |  .  . un un un  . |  .  .  .  .
            answer Completed  :  .  .  .  .  . |  .  . DN DN DN  . |  .  .  .  .
            answer Canceled   :  .  .  .  .  . |  .  . XX XX XX  . |  .  .  .  .
            answer Declined   :  .  .  .  .  . |  .  . DC DC DC  . |  .  .  .  .
            answer Expired    :  .  .  .  .  . |  .  . EX EX EX  . |  .  .  .  .
            refused           :  .  .  .  .  . |  .  . au au au  . |  .  .  .  .
            unknown           :  .  .  .  .  . |  .  . un un un  . |  .  .  .  .
            unknown, given up :  .  .  .  .  . |  .  . CF CF CF  . |  .  .  .  .
            """);

        grid.Verify(Existing, Inputs("answer", (state, answer, now) => PaymentRequestMachine.CancelAnswered(state, answer, RequestSample.Policy, now)));
    }

    [Fact]
    public void Every_read_has_its_result_wherever_the_request_is_known_to_klarna()
    {
        var known = Existing.Where(pair => pair.Value.Klarna is not null || PaymentRequestMachine.IsFinal(pair.Value.Status)).ToDictionary();
        var grid = Grid.Parse(Legend, """
                                S1 IP | CP CI CU CF | DN DC EX XX
            read Submitted    : op SU |  .  .  . cw |  .  .  .  .
            read InProgress   : IP op |  .  .  . cw |  .  .  .  .
            read Completed    : DN DN | DN DN DN DN |  .  .  .  .
            read Canceled     : XX XX | XX XX XX XX |  .  .  .  .
            read Declined     : DC DC | DC DC DC DC |  .  .  .  .
            read Expired      : EX EX | EX EX EX EX |  .  .  .  .
            gone              : EX EX | EX EX EX EX |  .  .  .  .
            refused           : ob ob | un un un ob |  .  .  .  .
            unknown           : ob ob | un un un ob |  .  .  .  .
            unknown, given up : ob ob | CF CF CF ob |  .  .  .  .
            """);
        var inputs = Inputs("read", (state, answer, now) => PaymentRequestMachine.ReadAnswered(state, answer, false, RequestSample.Policy, now));
        inputs["gone"] = Input((state, now) =>
            PaymentRequestMachine.ReadAnswered(state, new Result.Refused(KlarnaErrorCodes.NotFound, "", null), false, RequestSample.Policy, now));
        grid.Verify(known, inputs);

        // After a refusal an open request is open again: the merchant was told 500, and nothing is promised.
        var afterRefusal = Grid.Parse(Legend, """
                                S1 IP | CP CI CU CF | DN DC EX XX
            read Submitted    : op SU | SU SU SU cw |  .  .  .  .
            read InProgress   : IP op | IP IP IP cw |  .  .  .  .
            read Completed    : DN DN | DN DN DN DN |  .  .  .  .
            read Canceled     : XX XX | XX XX XX XX |  .  .  .  .
            read Declined     : DC DC | DC DC DC DC |  .  .  .  .
            read Expired      : EX EX | EX EX EX EX |  .  .  .  .
            refused           : ob ob | un un un ob |  .  .  .  .
            unknown           : ob ob | un un un ob |  .  .  .  .
            unknown, given up : ob ob | CF CF CF ob |  .  .  .  .
            """);
        afterRefusal.Verify(known, Inputs("read", (state, answer, now) => PaymentRequestMachine.ReadAnswered(state, answer, true, RequestSample.Policy, now)));
    }

    [Fact]
    public void The_next_step_is_known_in_every_situation()
    {
        var grid = Grid.Parse("""
            - = None
            C = Create
            R = Read
            X = Cancel
            """, """
                              no NK S0 SE S1 IP | CC CE CP CI CU CF | DN DC EX XX
            not due         :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            due             :  -  -  C  C  R  R |  C  C  R  R  R  R |  -  -  -  -
            None answered   :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            None open       :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            Create answered :  -  -  -  -  -  - |  -  -  X  X  X  - |  -  -  -  -
            Create open     :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            Read answered   :  -  -  -  -  -  - |  -  -  X  X  X  - |  -  -  -  -
            Read open       :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            Cancel answered :  -  -  -  -  -  - |  -  -  R  R  R  - |  -  -  -  -
            Cancel open     :  -  -  -  -  -  - |  -  -  -  -  -  - |  -  -  -  -
            """);
        var inputs = new Dictionary<string, Func<PaymentRequestState, string>>
        {
            ["not due"] = state => PaymentRequestMachine.PlanAfterWake(state, (state.ProviderDueAt ?? RequestSample.Now.Now) - TimeSpan.FromTicks(1)).ToString(),
            ["due"] = state => PaymentRequestMachine.PlanAfterWake(state, state.ProviderDueAt ?? RequestSample.Now.Now).ToString(),
        };
        foreach (var step in Enum.GetValues<RequestStep>())
        {
            inputs[$"{step} answered"] = state => PaymentRequestMachine.PlanAfter(step, state, answered: true).ToString();
            inputs[$"{step} open"] = state => PaymentRequestMachine.PlanAfter(step, state, answered: false).ToString();
        }

        grid.Verify(RequestSample.Situations, inputs);
    }

    [Fact]
    public void Every_status_and_every_operation_is_among_the_situations()
    {
        Assert.Equal(Enum.GetValues<PaymentRequestStatus>(), Existing.Values.Select(state => state.Status).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<RequestOperationKind>(),
            Existing.Values.Where(state => state.Operation is not null).Select(state => state.Operation!.Kind).Distinct().Order());
    }

    [Fact]
    public void Every_status_is_spelled_for_operators() => Assert.Equal(
        ["SUBMITTED", "IN_PROGRESS", "COMPLETED", "DECLINED", "EXPIRED", "CANCEL_PENDING", "CANCELED", "CANCEL_FAILED"],
        Enum.GetValues<PaymentRequestStatus>().Select(status => new PaymentRequestState { Status = status }.StatusText));

    [Fact]
    public void What_is_given_up_is_called_expired_only_where_there_is_nothing_to_read()
    {
        var late = RequestSample.At(RequestSample.Now.Now + RequestSample.Policy.GivenUpAfter);
        var silence = new Result.Unknown(ProviderUncertainty.ConnectionLost, "");

        var neverAnswered = PaymentRequestMachine.CreateAnswered(RequestSample.Situations["CE"], silence, RequestSample.Policy, late);
        var unread = PaymentRequestMachine.ReadAnswered(RequestSample.Situations["CU"], silence, false, RequestSample.Policy, late);
        var gone = PaymentRequestMachine.ReadAnswered(
            unread, new Result.Refused(KlarnaErrorCodes.NotFound, "", null), false, RequestSample.Policy, late);

        Assert.Equal((PaymentRequestStatus.Expired, "given_up"), (neverAnswered.Status, neverAnswered.Audit[^1].Event));
        Assert.StartsWith("by age", neverAnswered.Audit[^1].Detail, StringComparison.Ordinal);
        Assert.Equal((PaymentRequestStatus.CancelFailed, "cancel_given_up"), (unread.Status, unread.Audit[^1].Event));
        Assert.Equal((WaitingFor.Operator, late.Now), (((IIndexedState)unread).Waiting!.Value.For, ((IIndexedState)unread).Waiting!.Value.Since));
        Assert.Equal((PaymentRequestStatus.Expired, "gone_at_provider"), (gone.Status, gone.Audit[^1].Event));
        Assert.StartsWith("by age", gone.Audit[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_is_gone_before_its_time_is_not_said_to_have_aged()
    {
        var gone = PaymentRequestMachine.ReadAnswered(
            RequestSample.Situations["S1"], new Result.Refused(KlarnaErrorCodes.NotFound, "", null), false, RequestSample.Policy, RequestSample.Now);

        Assert.DoesNotContain("by age", gone.Audit[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_is_read_ever_less_often_and_not_later_than_at_its_end()
    {
        var policy = RequestSample.Policy;
        var state = PaymentRequestMachine.Create(
            new PaymentRequestState(), RequestSample.Id, RequestSample.Create with { PaymentType = "StaticQR", ShortCode = "2005" }, policy,
            RequestSample.At(RequestSample.Created));
        Assert.Equal((KlarnaProduct.InStoreSession, "2005"), (state.Product, state.ShortCode));
        var open = new Result.Success(new KlarnaRequestSnapshot("session", KlarnaRequestState.Submitted, null, null));
        var now = RequestSample.At(RequestSample.Created);
        state = PaymentRequestMachine.CreateAnswered(state, open, policy, now);

        var waits = new List<TimeSpan>();
        while (now.Now < RequestSample.Created + policy.SessionLifetime)
        {
            waits.Add(state.ProviderDueAt!.Value - now.Now);
            now = RequestSample.At(state.ProviderDueAt.Value);
            state = PaymentRequestMachine.ReadAnswered(state, open, false, policy, now);
        }

        Assert.Equal(TimeSpan.FromSeconds(15), waits[0]);
        Assert.Equal(waits[..^1].Order(), waits[..^1]);
        Assert.True(waits.Count < 60, $"{waits.Count} reads in 46 hours");
        Assert.Equal(RequestSample.Created + policy.SessionLifetime, now.Now);
        Assert.Equal(policy.ObservationInterval.Next(now, state.IdleReads), state.ProviderDueAt);
    }

    [Theory]
    [InlineData("DynamicQR", KlarnaProduct.PaymentRequest)]
    [InlineData("StaticQR", KlarnaProduct.InStoreSession)]
    [InlineData("Fixed", KlarnaProduct.PaymentRequest)]
    public void The_product_is_chosen_at_the_create_and_no_setting_changes_it_afterwards(string paymentType, KlarnaProduct product)
    {
        var other = product == KlarnaProduct.PaymentRequest ? KlarnaProduct.InStoreSession : KlarnaProduct.PaymentRequest;
        var swapped = RequestSample.Policy with { Products = new KlarnaProductChoice { DynamicQR = other, StaticQR = other, Fixed = other } };
        var command = RequestSample.Create with { PaymentType = paymentType };

        var state = PaymentRequestMachine.Create(new PaymentRequestState(), RequestSample.Id, command, RequestSample.Policy, RequestSample.Now);
        var later = PaymentRequestMachine.CreateAnswered(state, new Result.Success(RequestSample.Klarna(KlarnaRequestState.Submitted)), swapped, RequestSample.Now);

        Assert.Equal((product, product), (state.Product, later.Product));
        Assert.Equal(other, PaymentRequestMachine.Create(new PaymentRequestState(), RequestSample.Id, command, swapped, RequestSample.Now).Product);
    }

    [Fact]
    public void The_link_that_the_merchant_was_given_stays_although_klarna_does_not_repeat_it()
    {
        var bare = new Result.Success(new KlarnaRequestSnapshot("krn:1", KlarnaRequestState.InProgress, null, null));

        var after = PaymentRequestMachine.ReadAnswered(RequestSample.Situations["S1"], bare, false, RequestSample.Policy, RequestSample.Now);

        Assert.Equal(("https://pay.example/1", RequestSample.Ends), (after.ToView().Paylink, after.ProviderDueAt));
    }

    [Fact]
    public void A_create_that_becomes_a_cancel_keeps_its_key()
    {
        var (created, cancelled) = (RequestSample.Situations["S0"], RequestSample.Situations["CC"]);

        Assert.Equal(created.Operation!.KeyFor(123), cancelled.Operation!.KeyFor(123));
        Assert.Equal("payment-request-123-create-1", created.Operation.KeyFor(123));
    }

    [Fact]
    public void The_same_command_again_is_answered_as_the_first_time_and_another_one_as_a_second_cancel()
    {
        var command = RequestSample.CancelBy(RequestSample.Merchant) with { CommandId = "one" };
        var begun = PaymentRequestMachine.Cancel(RequestSample.Situations["S1"], command, RequestSample.Policy, RequestSample.Now).State;
        var cancelled = begun with { Status = PaymentRequestStatus.Canceled, Operation = null, ProviderDueAt = null };

        Assert.Equal(CancelPaymentRequestOutcome.Canceled, Again(cancelled, command));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, Again(cancelled, command with { CommandId = "two" }));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, Again(cancelled, command with { CommandId = null }));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, Again(cancelled with { Status = PaymentRequestStatus.Completed }, command));

        static CancelPaymentRequestOutcome? Again(PaymentRequestState state, CancelPaymentRequest command) =>
            PaymentRequestMachine.Cancel(state, command, RequestSample.Policy, RequestSample.Now).Outcome;
    }

    [Fact]
    public void A_request_of_another_provider_waits_for_nothing_and_is_left_alone()
    {
        var state = RequestSample.Situations["NK"];

        Assert.Equal((null, null, PaymentRequestStatus.Submitted), (state.Operation, state.DueAt, state.Status));
    }

    private static Dictionary<string, Func<PaymentRequestState, string>> Inputs(string name, Func<PaymentRequestState, Result, Moment, PaymentRequestState> transition)
    {
        var inputs = Enum.GetValues<KlarnaRequestState>().ToDictionary(
            status => $"{name} {status}",
            status => Input((state, now) => transition(state, new Result.Success(RequestSample.Klarna(status)), now)));
        inputs["refused"] = Input((state, now) => transition(state, new Result.Refused("refused", "", null), now));
        inputs["unknown"] = Unknown(default);
        inputs["unknown, given up"] = Unknown(RequestSample.Policy.GivenUpAfter);
        return inputs;

        Func<PaymentRequestState, string> Unknown(TimeSpan later) => state => string.Join(" or ", Enum.GetValues<ProviderUncertainty>()
            .Select(cause => Input((before, now) => transition(before, new Result.Unknown(cause, ""), now), later)(state))
            .Distinct());
    }

    private static Func<PaymentRequestState, string> Input(Func<PaymentRequestState, Moment, PaymentRequestState> transition, TimeSpan later = default) => before =>
    {
        var moment = RequestSample.At(RequestSample.Now.Now + later);
        var after = transition(before, moment);
        RequestSample.CheckInvariants(before, after, moment);
        return Describe(before, after, moment);
    };

    private static string Describe(PaymentRequestState before, PaymentRequestState after, Moment moment) =>
        before.Equals(after with { Klarna = before.Klarna })
            ? "same"
            : $"{(after.Status == before.Status ? "=" : after.StatusText)} {Operation(before, after)} {Due(before, after, moment)}";

    private static string Operation(PaymentRequestState before, PaymentRequestState after) => (before.Operation, after.Operation) switch
    {
        (_, null) => "none",
        ({ } then, { } now) when then.Kind == now.Kind => now.Attempt == then.Attempt + 1 ? "+" : now.Failures == then.Failures + 1 ? "~" : "same",
        (_, { } now) => $"{now.Kind.ToString().ToLowerInvariant()}*",
    };

    private static string Due(PaymentRequestState before, PaymentRequestState after, Moment moment)
    {
        var policy = RequestSample.Policy;
        return after.ProviderDueAt switch
        {
            null => "never",
            { } due when due == RequestSample.Ends => "end",
            { } due when due == before.ProviderDueAt => "kept",
            { } due when due == moment.Now + policy.WriteAheadLease => "lease",
            { } due when after.Operation is { Failures: > 0 } operation && due == policy.Retry.Next(moment, operation.Failures) => "retry",
            { } due when due == policy.ObservationInterval.Next(moment, 1) => "observe",
            { } due => $"at {due:O}",
        };
    }
}

using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using Snapshot = Payments.Grains.Ports.PaymentIntentSnapshot;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentCaptureTests
{
    /// <summary>Answers: 2 accepted (202), 4 not found (404), n not capturable, r refused by the provider, b too large, a unknown allocation (422).</summary>
    private const string CaptureLegend = """
        4   = NotFound same
        n   = NotCapturable same
        b   = AmountTooLarge same
        a   = UnknownAllocation same
        r   = ProviderRefused same
        2   = Accepted same
        2CP = Accepted CAPTURE_INITIALIZED capture* lease, call
        2DN = Accepted COMPLETED none never webhook
        2un = Accepted = ~ retry
        rAU = ProviderRefused AUTHORIZED none hold
        nXX = NotCapturable CANCELLED none never webhook
        2XX = Accepted CANCELLED none never webhook
        """;

    private static readonly Guid Allocation = PaymentIds.ForAllocation(Sample.Id, 0);

    [Fact]
    public void A_merchants_capture_has_its_answer_in_every_situation()
    {
        var grid = Grid.Parse(CaptureLegend, """
                              no IN PD P0 PT PE | AR AU  AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            all             : 4  n  n  n  n  n  | n  2CP n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            a part          : 4  n  n  n  n  n  | n  2CP n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            too much        : 4  n  n  n  n  n  | n  b   n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            its allocation  : 4  n  n  n  n  n  | n  2CP n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            too much of it  : 4  n  n  n  n  n  | n  b   n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            it twice        : 4  n  n  n  n  n  | n  a   n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            another's       : 4  n  n  n  n  n  | n  a   n  n  n  | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            foreign         : 4  4  4  4  4  4  | 4  4   4  4  4  | 4  4  4  4  | 4  4  4  4  4  | 4  4  4  4  | 4  4  4
            """);
        var all = Sample.CaptureBy(Sample.Merchant);

        grid.Verify(Sample.Situations, new Dictionary<string, Func<PaymentState, string>>
        {
            ["all"] = Capture(all),
            ["a part"] = Capture(all with { AmountMinor = 1 }),
            ["too much"] = Capture(all with { AmountMinor = Sample.Amount + 1 }),
            ["its allocation"] = Capture(all with { Allocations = [new(Allocation, null)] }),
            ["too much of it"] = Capture(all with { Allocations = [new(Allocation, Sample.Amount + 1)] }),
            ["it twice"] = Capture(all with { Allocations = [new(Allocation, 1), new(Allocation, 1)] }),
            ["another's"] = Capture(all with { Allocations = [new(Sample.Stranger, 1)] }),
            ["foreign"] = Capture(all with { MerchantId = Sample.Stranger }),
        });

        static Func<PaymentState, string> Capture(CapturePayment command) => before =>
        {
            var decision = PaymentMachine.Capture(before, command, Sample.Policy, Sample.Now);
            PaymentInvariants.Check(before, decision.State, Sample.Now);
            return $"{decision.Outcome} {Change.Describe(before, decision.State, Sample.Now)}{(decision.CallProvider ? ", call" : "")}";
        };
    }

    [Theory]
    [InlineData(null, null, Sample.Amount)]
    [InlineData(1L, null, 1L)]
    [InlineData(Sample.Amount, null, Sample.Amount)]
    [InlineData(null, 24999L, 24999L)]
    public void What_is_to_be_taken_is_durable_before_the_provider_hears_of_it(long? amount, long? ofAllocation, long taken)
    {
        var command = Sample.CaptureBy(Sample.Merchant) with { AmountMinor = amount };
        if (ofAllocation is not null)
            command = command with { Allocations = [new(Allocation, ofAllocation)] };

        var state = PaymentMachine.Capture(Sample.Situations["AU"], command, Sample.Policy, Sample.Now).State;

        Assert.Equal((taken, 1), (state.Capture!.AmountMinor, state.CaptureAttempts));
        Assert.Equal("770e8400e29b41d4a716446655440000-capture-1", state.Operation!.KeyFor(state.Id));
        Assert.Equal(("client-3", "capture_requested", $"{taken}"), (state.Audit[^1].Actor, state.Audit[^1].Event, state.Audit[^1].Detail));
    }

    [Fact]
    public void Every_answer_in_the_background_has_its_result_in_every_situation()
    {
        // Only a capture that is owed takes an answer. What is refused with the hold in place is authorized, and announced so once more.
        var grid = Grid.Parse(Legend + "\nRA = AUTHORIZED none hold webhook", Columns + """

            captured RequiresPaymentMethod : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            captured RequiresConfirmation  : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            captured RequiresAction        : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            captured Processing            : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            captured RequiresCapture       : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            captured Canceled              : . . . . . | . . . XX XX | . . . . | . . . . . | . . . . | . . .
            captured Succeeded             : . . . . . | . . . DN DN | . . . . | . . . . . | . . . . | . . .
            refused                        : . . . . . | . . . RA RA | . . . . | . . . . . | . . . . | . . .
            refused with RequiresCapture   : . . . . . | . . . RA RA | . . . . | . . . . . | . . . . | . . .
            refused with Canceled          : . . . . . | . . . XX XX | . . . . | . . . . . | . . . . | . . .
            refused with Succeeded         : . . . . . | . . . DN DN | . . . . | . . . . . | . . . . | . . .
            unknown                        : . . . . . | . . . un un | . . . . | . . . . . | . . . . | . . .
            """);
        var inputs = ForIntents("captured", (state, intent, now) => Answered(state, Success(intent), now));
        inputs["refused"] = Input((state, now) => Answered(state, Refused<Snapshot>(null), now));
        foreach (var status in new[] { Intent.RequiresCapture, Intent.Canceled, Intent.Succeeded })
            inputs[$"refused with {status}"] = Input((state, now) => Answered(state, Refused(Sample.IntentAs(status)), now));
        inputs["unknown"] = ForCauses((state, cause, now) => Answered(state, Unknown<Snapshot>(cause), now));

        grid.Verify(Sample.Existing, inputs);
    }

    [Fact]
    public void Every_inline_answer_has_its_result_in_every_situation()
    {
        // Where no capture is owed, another activation has gone on without us. Where there is none at all, our own refusal was stored without our knowing.
        var grid = Grid.Parse(CaptureLegend, """
                                     IN PD P0 PT PE | AR AU AC CP  CK  | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            succeeded              : n  n  n  n  n  | n  r  n  2DN 2DN | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            refused                : n  n  n  n  n  | n  r  n  rAU rAU | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            refused, held          : n  n  n  n  n  | n  r  n  rAU rAU | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            refused, cancelled     : n  n  n  n  n  | n  r  n  nXX nXX | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            refused, captured      : n  n  n  n  n  | n  r  n  2DN 2DN | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            unknown                : n  n  n  n  n  | n  r  n  2un 2un | n  n  n  n  | n  n  n  n  n  | n  n  n  n  | n  n  n
            """);

        grid.Verify(Sample.Existing, new Dictionary<string, Func<PaymentState, string>>
        {
            ["succeeded"] = Inline(Success(Sample.IntentAs(Intent.Succeeded))),
            ["refused"] = Inline(Refused<Snapshot>(null)),
            ["refused, held"] = Inline(Refused(Sample.IntentAs(Intent.RequiresCapture))),
            ["refused, cancelled"] = Inline(Refused(Sample.IntentAs(Intent.Canceled))),
            ["refused, captured"] = Inline(Refused(Sample.IntentAs(Intent.Succeeded))),
            ["unknown"] = Inline(Unknown<Snapshot>(Cause.Timeout)),
        });

        static Func<PaymentState, string> Inline(ProviderResult<Snapshot> answer) => before =>
        {
            var (outcome, after) = PaymentMachine.CaptureAnsweredInline(before, SentCapture(before), answer, Sample.Policy, Sample.Now);
            PaymentInvariants.Check(before, after, Sample.Now);
            return $"{outcome} {Change.Describe(before, after, Sample.Now)}";
        };
    }

    [Fact]
    public void The_same_command_again_is_answered_as_the_first_time_whatever_has_become_of_it()
    {
        var command = Sample.CaptureBy(Sample.Merchant) with { CommandId = "one" };
        var begun = PaymentMachine.Capture(Sample.Situations["AU"], command, Sample.Policy, Sample.Now).State;
        var done = PaymentMachine.CaptureAnswered(begun, begun.Operation!, Success(Sample.IntentAs(Intent.Succeeded)), Sample.Policy, Sample.Now);
        Assert.Equal(PaymentStatus.Completed, done.Status);

        foreach (var state in new[] { begun, done })
        {
            Assert.Equal(new(CapturePaymentOutcome.Accepted, state, false), PaymentMachine.Capture(state, command, Sample.Policy, Sample.Now));
            Assert.Equal(
                CapturePaymentOutcome.NotCapturable,
                PaymentMachine.Capture(state, command with { CommandId = "two" }, Sample.Policy, Sample.Now).Outcome);
        }
    }

    [Fact]
    public void A_capture_that_is_refused_again_and_again_never_uses_a_key_twice()
    {
        var state = Sample.Situations["AU"];
        var keys = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            state = PaymentMachine.Capture(state, Sample.CaptureBy(Sample.Merchant), Sample.Policy, Sample.Now).State;
            Assert.True(keys.Add(state.Operation!.KeyFor(state.Id)));
            (_, state) = PaymentMachine.CaptureAnsweredInline(state, state.Operation!, Refused<Snapshot>(null), Sample.Policy, Sample.Now);
        }
    }

    [Fact]
    public void The_trail_names_the_attempt_that_took_the_money()
    {
        var again = PaymentMachine.IntentRead(Sample.Situations["CK"], Success(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, Sample.Now);
        var second = again.Operation!;
        var done = PaymentMachine.CaptureAnswered(again, second, Success(Sample.IntentAs(Intent.Succeeded)), Sample.Policy, Sample.Now);

        Assert.Equal((PaymentStatus.Completed, 2), (done.Status, second.Attempt));
        Assert.Contains(done.Audit, entry => entry.OperationKey == second.KeyFor(done.Id));
    }

    [Fact]
    public void What_was_captured_in_part_is_what_the_payment_shows()
    {
        var command = Sample.CaptureBy(Sample.Merchant) with { AmountMinor = 10000 };
        var begun = PaymentMachine.Capture(Sample.Situations["AU"], command, Sample.Policy, Sample.Now).State;
        Assert.Equal((Sample.Amount, 0L), (begun.ToView().AuthorizedAmountMinor!.Value, begun.ToView().CapturedAmountMinor!.Value));

        var done = PaymentMachine.CaptureAnswered(
            begun, begun.Operation!, Success(Sample.IntentAs(Intent.Succeeded) with { AmountReceivedMinor = 10000 }), Sample.Policy, Sample.Now);

        Assert.Equal((Sample.Amount, 10000L), (done.ToView().AuthorizedAmountMinor!.Value, done.ToView().CapturedAmountMinor!.Value));
        Assert.Contains("\"capturedAmount\":10000", done.Outbox[^1].Body, StringComparison.Ordinal);
    }

    private static ProviderOperation SentCapture(PaymentState state) =>
        state.Operation ?? new ProviderOperation(ProviderOperationKind.Capture, 1, Sample.Begun, Sample.Begun);

    private static PaymentState Answered(PaymentState state, ProviderResult<Snapshot> answer, Moment now) =>
        PaymentMachine.CaptureAnswered(state, SentCapture(state), answer, Sample.Policy, now);
}

using Orleans.Runtime;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Tests.PaymentRequest;
using Answer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class PaymentRequestGrainTests(TestSilo silo)
{
    private static long lastId = 1000;
    private readonly long id = Interlocked.Increment(ref lastId);

    private IPaymentRequestGrain Request => silo.Grains.GetGrain<IPaymentRequestGrain>(id);

    private TestKlarnaRequest Klarna => silo.Klarna.Of(id);

    private GrainId Row => Request.GetGrainId();

    private PaymentRequestState State => silo.Storage.State<PaymentRequestState>(Row);

    private static CancelPaymentRequest Cancel => RequestSample.CancelBy(RequestSample.Merchant);

    [Fact]
    public async Task A_request_is_created_read_and_cancelled()
    {
        var created = await Request.CreateAsync(RequestSample.Create);
        var read = await Request.GetAsync(RequestSample.Merchant);

        Assert.Equal((CreatePaymentRequestOutcome.Created, "https://pay.example/1"), (created.Outcome, created.Request.Paylink));
        Assert.Equal(
            (PaymentRequestAccess.Granted, PaymentRequestStatus.Submitted, Paycode.For(id)),
            (read.Access, read.Request!.Status, read.Request.Paycode));
        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await Request.CancelAsync(Cancel));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await Request.CancelAsync(Cancel));
        Assert.Equal($"create:payment-request-{id}-create-1 cancel", Klarna.Calls);
        Assert.Equal((PaymentRequestStatus.Canceled, null), (State.Status, State.DueAt));
    }

    [Fact]
    public async Task Any_number_of_cancels_at_once_is_one_cancel_at_klarna_and_one_200()
    {
        await Request.CreateAsync(RequestSample.Create);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => Request.CancelAsync(Cancel))));

        Assert.Equal(1, answers.Count(answer => answer == CancelPaymentRequestOutcome.Canceled));
        Assert.Equal(99, answers.Count(answer => answer == CancelPaymentRequestOutcome.AlreadyFinal));
        Assert.EndsWith("create-1 cancel", Klarna.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_may_read_or_cancel_it_and_an_unknown_one_is_unknown()
    {
        Assert.Equal(PaymentRequestAccess.NotFound, (await Request.GetAsync(RequestSample.Merchant)).Access);
        Assert.Equal(CancelPaymentRequestOutcome.NotFound, await Request.CancelAsync(Cancel));
        Assert.False(silo.Storage.Has(Row));
        await Request.CreateAsync(RequestSample.Create);

        Assert.Equal(
            (PaymentRequestAccess.ForeignMerchant, null),
            ((await Request.GetAsync(RequestSample.Stranger)).Access, (await Request.GetAsync(RequestSample.Stranger)).Request));
        Assert.Equal(CancelPaymentRequestOutcome.ForeignMerchant, await Request.CancelAsync(RequestSample.CancelBy(RequestSample.Stranger)));
        Assert.Equal(PaymentRequestStatus.Submitted, State.Status);
    }

    [Fact]
    public async Task A_request_of_another_provider_never_reaches_klarna()
    {
        await Request.CreateAsync(RequestSample.Create with { Provider = "viva" });

        Assert.Equal(CancelPaymentRequestOutcome.NotKlarna, await Request.CancelAsync(Cancel));
        Assert.Equal("", Klarna.Calls);
    }

    [Theory]
    [InlineData(KlarnaRequestState.Completed, PaymentRequestStatus.Completed)]
    [InlineData(KlarnaRequestState.Declined, PaymentRequestStatus.Declined)]
    [InlineData(KlarnaRequestState.Expired, PaymentRequestStatus.Expired)]
    public async Task A_customer_who_was_faster_makes_the_cancel_a_conflict(KlarnaRequestState state, PaymentRequestStatus expected)
    {
        await Request.CreateAsync(RequestSample.Create);
        Klarna.Become(state);

        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await Request.CancelAsync(Cancel));
        Assert.Equal(expected, State.Status);
        Assert.EndsWith("create-1 cancel read", Klarna.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_klarna_has_forgotten_is_expired()
    {
        await Request.CreateAsync(RequestSample.Create);
        Klarna.Next("cancel", () => new Answer.Refused(KlarnaErrorCodes.NotFound, "", null));
        Klarna.Next("read", () => new Answer.Refused(KlarnaErrorCodes.NotFound, "", null));

        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await Request.CancelAsync(Cancel));
        Assert.Equal(PaymentRequestStatus.Expired, State.Status);
    }

    [Fact]
    public async Task A_refusal_of_an_open_request_leaves_it_open_and_is_never_told_as_done()
    {
        await Request.CreateAsync(RequestSample.Create);
        Klarna.Become(KlarnaRequestState.InProgress);
        Klarna.Next("cancel", () => new Answer.Refused("refused", "", null));

        Assert.Equal(CancelPaymentRequestOutcome.Failed, await Request.CancelAsync(Cancel));
        Assert.Equal((PaymentRequestStatus.InProgress, null), (State.Status, State.Operation));
        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await Request.CancelAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_without_an_answer_is_a_failure_that_goes_on_in_the_background(bool executed)
    {
        await Request.CreateAsync(RequestSample.Create);
        Klarna.Next("cancel", () =>
        {
            if (executed)
                Klarna.Become(KlarnaRequestState.Canceled);
            return new Answer.Unknown(ProviderUncertainty.Timeout, "lost");
        });

        Assert.Equal(CancelPaymentRequestOutcome.Failed, await Request.CancelAsync(Cancel));
        Assert.Equal(PaymentRequestStatus.CancelPending, State.Status);
        await WakeWhenDueAsync();

        Assert.Equal(PaymentRequestStatus.Canceled, State.Status);
        Assert.EndsWith(executed ? "cancel read" : "cancel read cancel", Klarna.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_cancel_reads_before_it_cancels_again()
    {
        await Request.CreateAsync(RequestSample.Create);
        Klarna.Next("cancel", () =>
        {
            Klarna.Become(KlarnaRequestState.Canceled);
            return new Answer.Unknown(ProviderUncertainty.Timeout, "lost");
        });
        Assert.Equal(CancelPaymentRequestOutcome.Failed, await Request.CancelAsync(Cancel));

        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await Request.CancelAsync(Cancel));
        Assert.EndsWith("cancel read", Klarna.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_create_has_no_answer_is_created_only_to_be_cancelled()
    {
        Klarna.Next("create", () => new Answer.Unknown(ProviderUncertainty.Timeout, "lost"));
        Assert.Equal(CreatePaymentRequestOutcome.Unknown, (await Request.CreateAsync(RequestSample.Create)).Outcome);

        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await Request.CancelAsync(Cancel));

        var key = $"create:payment-request-{id}-create-1";
        Assert.Equal($"{key} {key} cancel", Klarna.Calls);
    }

    [Fact]
    public async Task A_create_that_klarna_refuses_is_declined()
    {
        Klarna.Next("create", () => new Answer.Refused("VALIDATION_ERROR", "no such country", null));

        var answer = await Request.CreateAsync(RequestSample.Create);

        Assert.Equal((CreatePaymentRequestOutcome.ProviderRefused, PaymentRequestStatus.Declined), (answer.Outcome, answer.Request.Status));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await Request.CancelAsync(Cancel));
    }

    [Fact]
    public async Task A_read_during_the_call_shows_that_a_cancel_is_pending()
    {
        await Request.CreateAsync(RequestSample.Create);
        var hold = Klarna.HoldNext();
        var cancelling = Request.CancelAsync(Cancel);
        await hold.Arrived;

        Assert.Equal(PaymentRequestStatus.CancelPending, (await Request.GetAsync(RequestSample.Merchant)).Request!.Status);
        hold.Release();
        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await cancelling);
    }

    [Fact]
    public async Task A_read_does_not_show_for_long_what_another_activation_has_moved_on()
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Storage.Put(Row, State with { Status = PaymentRequestStatus.Canceled });

        silo.Time.Advance(new PaymentRequestPolicy().ReadsTrustMemoryFor);

        Assert.Equal(PaymentRequestStatus.Canceled, (await Request.GetAsync(RequestSample.Merchant)).Request!.Status);
    }

    [Fact]
    public async Task A_cancel_whose_first_write_fails_never_reaches_klarna()
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Storage.FailNextWrites(Row, WriteFault.NotWritten);

        await Assert.ThrowsAnyAsync<Exception>(() => Request.CancelAsync(Cancel));

        Assert.DoesNotContain("cancel", Klarna.Calls, StringComparison.Ordinal);
        Assert.Equal(PaymentRequestStatus.Submitted, (await Request.GetAsync(RequestSample.Merchant)).Request!.Status);
    }

    [Theory]
    [InlineData(WriteFault.NotWritten)]
    [InlineData(WriteFault.WrittenAndLost)]
    public async Task A_cancel_whose_second_write_fails_is_a_failure_and_converges(object fault)
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Storage.FailNextWrites(Row, WriteFault.None, (WriteFault)fault);

        Assert.Equal(CancelPaymentRequestOutcome.Failed, await Request.CancelAsync(Cancel));
        await WakeWhenDueAsync();

        Assert.Equal(PaymentRequestStatus.Canceled, State.Status);
        Assert.Equal(1, Klarna.Calls.Split(' ').Count(call => call == "cancel"));
    }

    [Fact]
    public async Task An_open_request_is_looked_at_when_its_time_is_over()
    {
        await Request.CreateAsync(RequestSample.Create);
        Assert.Equal(silo.Now + TimeSpan.FromHours(3), State.DueAt);
        Klarna.Become(KlarnaRequestState.Expired);

        await WakeWhenDueAsync();

        Assert.Equal((PaymentRequestStatus.Expired, null), (State.Status, State.DueAt));
    }

    private async Task WakeWhenDueAsync()
    {
        if (silo.Storage.DueAt(Row) is { } due && due > silo.Now)
            silo.Time.Advance(due - silo.Now);
        await silo.Grains.GetGrain<IDueGrain>(Row).WakeAsync();
    }
}

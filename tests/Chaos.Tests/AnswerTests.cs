using Payments.Chaos.Checking;

namespace Payments.Chaos.Tests;

/// <summary>Answers that the contract does not know in their situation, and answers that are out of date.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(500, """{"title":"INTERNAL_SERVER_ERROR","status":500,"detail":"Unexpected error"}""")]
    [InlineData(404, """{"detail":"paymentId not found"}""")]
    [InlineData(401, """{"detail":"Bearer token is not valid"}""")]
    [InlineData(202, "")]
    public void A_cancel_that_is_answered_as_no_contract_says(int status, string body) =>
        Finds($"contract: Cancel was answered {status} {body}", Sample.Tried(Sample.Create, Sample.Cancel, Sample.CancelTry(3, status, body)));

    [Fact]
    public void A_first_cancel_that_is_told_to_come_too_late() => Finds(
        "contract: Cancel was answered 422", Sample.Tried(Sample.Create, Sample.CancelTry(2, 422, Answers.AlreadyCancelled)));

    [Fact]
    public void A_race_that_everybody_loses() => Finds("and none that it is accepted", Sample.Tried(
        Sample.Create, Sample.CancelTry(2, 422, Answers.AlreadyCancelled, "1.0"), Sample.CancelTry(2, 422, Answers.AlreadyCancelled, "1.1")));

    [Fact]
    public void A_first_cancel_at_payhub_that_conflicts() => Finds("contract: Cancel was answered 409", Sample.Request with
    {
        Attempts = [Sample.Request.Attempts[0], Sample.RequestTry(CallKind.Cancel, 2, 409, "{}")],
    });

    [Fact]
    public void A_refusal_as_completed_of_what_nobody_took() => Finds(
        "contract: Cancel was answered 422", Sample.Tried(Sample.Create, Sample.CancelTry(1, 422, "Payment cannot be cancelled in COMPLETED state"), Sample.Cancel));

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_refusal_of_the_provider_needs_a_provider_that_refuses(bool ordered, int violations)
    {
        var evidence = Sample.Of(Sample.Tried(Sample.Create, Sample.CancelTry(1, 422, "Cancellation processing failed"), Sample.Cancel)) with { RefusalsOrdered = ordered };

        Assert.Equal(violations, Checker.Judge(evidence).Count);
    }

    [Fact]
    public void A_read_that_shows_for_long_what_is_over() => Finds("fresh: a read showed AUTHORIZED 18.0 s after the payment had left it", Sample.Tried(
        Sample.Create, Sample.CancelTry(2, 0, "no answer in time"), Sample.Try(CallKind.Read, 20, 200, Sample.Shown("AUTHORIZED"))));

    [Fact]
    public void A_read_during_a_slow_write_is_not_out_of_date() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.CancelTry(2, 0, "no answer in time"), Sample.Try(CallKind.Read, 10, 200, Sample.Shown("AUTHORIZED")), Sample.CancelTry(11, 202, Sample.Shown("CANCEL_INITIALIZED")))));

    [Fact]
    public void A_repeat_under_the_same_key_that_is_told_to_come_too_late() => Finds("contract: Cancel was answered 422", Sample.Tried(
        Sample.Create, Sample.CancelTry(2, 0, "lost") with { Key = "k" }, Sample.CancelTry(3, 422, Answers.AlreadyCancelled) with { Key = "k" }));

    [Fact]
    public void One_key_with_two_answers() => Finds("contract: one Idempotency-Key, several answers: k", Sample.Tried(
        Sample.Create, Sample.Cancel with { Key = "k" }, Sample.CancelTry(3, 202, Sample.Shown("CANCELLED")) with { Key = "k" }));

    [Fact]
    public void One_key_that_created_two() => Finds("contract: one Idempotency-Key created 2 of them", Sample.Request with
    {
        Attempts = [Sample.Request.Attempts[0] with { Key = "k" }, Sample.Request.Attempts[1]],
        Rows = [.. Sample.Request.Rows, Sample.Request.Rows[0] with { Id = "18" }],
    });

    [Fact]
    public void A_client_that_gave_up() => Finds("fresh: a client asked for minutes and gave up", Sample.Payment with { IsGivenUp = true });

    private static void Finds(string expected, Case spoilt) =>
        Assert.Contains(Sample.Judge(spoilt), violation => violation.Contains(expected, StringComparison.Ordinal));
}

using System.Collections.Immutable;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests.Webhooks;

public sealed class OutboxesTests
{
    private static readonly DateTimeOffset Start = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly WebhookAttempt Failure = new(503, null, null);

    [Fact]
    public void The_head_is_the_oldest_entry_that_is_not_a_dead_letter()
    {
        var (a, b, c) = (Entry("a"), Entry("b"), Entry("c"));

        Assert.Null(Outboxes.Head([]));
        Assert.Same(a, Outboxes.Head([a, b, c]));
        Assert.Same(b, Outboxes.Head([a with { DeadLetteredAt = Start }, b, c]));
        Assert.Null(Outboxes.Head([a with { DeadLetteredAt = Start }]));
    }

    [Fact]
    public void An_endpoint_that_never_answers_is_tried_ten_times_over_about_three_days_and_then_no_more()
    {
        ImmutableArray<OutboxEntry> outbox = [Entry("a")];
        var attempts = 0;
        var now = Start;
        while (Outboxes.Head(outbox) is { } head)
        {
            now = head.NextAttemptAt;
            outbox = Outboxes.Attempted(outbox, "a", new WebhookAttempt(null, null, "timeout"), new Moment(now, 0.5));
            attempts++;
            Assert.True(attempts <= 10);
        }

        Assert.Equal(10, attempts);
        Assert.Equal((now, "timeout", 10), (outbox[0].DeadLetteredAt, outbox[0].LastError, outbox[0].Attempts));
        Assert.InRange(now - Start, TimeSpan.FromDays(3), TimeSpan.FromDays(3.5));
    }

    [Theory]
    [InlineData(0.0, 4)]
    [InlineData(0.5, 5)]
    [InlineData(0.999999999, 6)]
    public void The_first_retry_comes_after_five_seconds_give_or_take_a_fifth(double chance, int secondsExpected)
    {
        var after = Outboxes.Attempted([Entry("a")], "a", Failure, new Moment(Start, chance));

        Assert.Equal(secondsExpected, (after[0].NextAttemptAt - Start).TotalSeconds, 3);
        Assert.Equal("http_503", after[0].LastError);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(7, 7)]
    [InlineData(86400, 10)]
    public void A_wish_for_a_longer_wait_is_honoured_up_to_twice_the_planned_one(int wished, int secondsExpected)
    {
        var after = Outboxes.Attempted([Entry("a")], "a", new WebhookAttempt(429, TimeSpan.FromSeconds(wished), null), new Moment(Start, 0.5));

        Assert.Equal(Start + TimeSpan.FromSeconds(secondsExpected), after[0].NextAttemptAt);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(299)]
    public void Any_2xx_takes_the_entry_out_and_keeps_the_order_of_the_rest(int status)
    {
        var after = Outboxes.Attempted([Entry("a"), Entry("b"), Entry("c")], "b", new WebhookAttempt(status, null, null), new Moment(Start, 0.5));

        Assert.Equal(["a", "c"], after.Select(entry => entry.Id));
    }

    [Theory]
    [InlineData(199)]
    [InlineData(300)]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    public void Anything_but_2xx_and_410_is_tried_again(int status)
    {
        var after = Outboxes.Attempted([Entry("a")], "a", new WebhookAttempt(status, null, null), new Moment(Start, 0.5));

        Assert.Equal((1, null), (after[0].Attempts, after[0].DeadLetteredAt));
    }

    [Fact]
    public void The_endpoint_that_is_gone_makes_a_dead_letter_at_once()
    {
        var after = Outboxes.Attempted([Entry("a"), Entry("b")], "a", new WebhookAttempt(410, null, null), new Moment(Start, 0.5));

        Assert.Equal(Start, after[0].DeadLetteredAt);
        Assert.Equal("b", Outboxes.Head(after)!.Id);
    }

    [Fact]
    public void A_second_report_about_an_entry_that_is_gone_or_dead_changes_nothing()
    {
        ImmutableArray<OutboxEntry> outbox = [Entry("a") with { DeadLetteredAt = Start }, Entry("b")];
        var moment = new Moment(Start, 0.5);

        foreach (var id in new[] { "a", "x" })
        {
            Assert.Equal(outbox, Outboxes.Attempted(outbox, id, Failure, moment));
            Assert.Equal(outbox, Outboxes.Attempted(outbox, id, new WebhookAttempt(200, null, null), moment));
            Assert.Equal(outbox, Outboxes.Postponed(outbox, id, Start));
            Assert.Equal(outbox, Outboxes.GivenUp(outbox, id, "no_endpoint", Start));
        }
    }

    [Fact]
    public void Every_attempt_carries_the_same_id_and_the_same_body()
    {
        ImmutableArray<OutboxEntry> outbox = [Entry("a")];
        for (var i = 0; i < 5; i++)
        {
            outbox = Outboxes.Attempted(outbox, "a", Failure, new Moment(Start, 0.5));
            Assert.Equal(("a", "{\"a\":1}", Start), (outbox[0].Id, outbox[0].Body, outbox[0].CreatedAt));
        }
    }

    [Fact]
    public void A_postponement_is_not_an_attempt()
    {
        var after = Outboxes.Postponed([Entry("a")], "a", Start + TimeSpan.FromSeconds(30));

        Assert.Equal((0, Start + TimeSpan.FromSeconds(30), null), (after[0].Attempts, after[0].NextAttemptAt, after[0].LastError));
    }

    private static OutboxEntry Entry(string id) => new(id, "PAYMENT_CANCELLED", "{\"a\":1}", Start, Start);
}

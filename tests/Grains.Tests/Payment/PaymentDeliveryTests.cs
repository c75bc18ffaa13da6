using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentDeliveryTests
{
    private static readonly Dictionary<string, Func<PaymentState, string, PaymentState>> Reports = new()
    {
        ["delivered"] = (state, id) => PaymentMachine.DeliveryAttempted(state, id, new WebhookAttempt(204, null, null), Sample.Now),
        ["failed"] = (state, id) => PaymentMachine.DeliveryAttempted(state, id, new WebhookAttempt(500, null, null), Sample.Now),
        ["unanswered"] = (state, id) => PaymentMachine.DeliveryAttempted(state, id, new WebhookAttempt(null, null, "timeout"), Sample.Now),
        ["gone"] = (state, id) => PaymentMachine.DeliveryAttempted(state, id, new WebhookAttempt(410, null, null), Sample.Now),
        ["postponed"] = (state, id) => PaymentMachine.DeliveryPostponed(state, id, Sample.Now.Now + TimeSpan.FromSeconds(30)),
        ["given up"] = (state, id) => PaymentMachine.DeliveryGivenUp(state, id, "no_endpoint", Sample.Now),
    };

    [Fact]
    public void A_report_about_an_entry_that_is_not_there_changes_nothing_in_any_situation()
    {
        foreach (var state in Sample.Existing.Values)
            Assert.All(Reports.Values, report => Assert.Same(state, report(state, "msg_unknown")));
    }

    [Fact]
    public void A_report_never_touches_anything_but_the_outbox_and_the_audit_trail()
    {
        var entry = new OutboxEntry("msg_x", "PAYMENT_CANCELLED", "{}", Sample.Created, Sample.Created);
        foreach (var situation in Sample.Existing.Values)
        {
            var state = situation with { Outbox = [entry] };
            foreach (var report in Reports.Values)
            {
                var after = report(state, "msg_x");
                Assert.NotEqual(state, after);
                Assert.Equal(state, after with { Outbox = state.Outbox, Audit = state.Audit, UpdatedAt = state.UpdatedAt });
            }
        }
    }

    [Fact]
    public void A_delivered_webhook_leaves_the_row_with_nothing_due()
    {
        var state = Sample.Situations["XX"];
        var entry = Assert.Single(state.Outbox);
        Assert.Equal(entry.NextAttemptAt, state.DueAt);

        var after = Reports["delivered"](state, entry.Id);

        Assert.Empty(after.Outbox);
        Assert.Null(after.DueAt);
        Assert.Equal(("webhook_delivered", entry.Id), (after.Audit[^1].Event, after.Audit[^1].Detail));
        Assert.Same(after, Reports["delivered"](after, entry.Id));
    }

    [Fact]
    public void A_webhook_that_is_given_up_stays_as_a_dead_letter_with_nothing_due()
    {
        foreach (var report in new[] { "gone", "given up" })
        {
            var state = Sample.Situations["XX"];
            var after = Reports[report](state, state.Outbox[0].Id);
            var dead = Assert.Single(after.Outbox);
            Assert.Equal((Sample.Now.Now, null), (dead.DeadLetteredAt, after.DueAt));
            Assert.Same(after, Reports["failed"](after, dead.Id));
        }
    }

    [Fact]
    public void The_row_is_due_at_whichever_of_provider_and_outbox_is_first()
    {
        var early = Sample.Created;
        var late = Sample.Created + TimeSpan.FromDays(1);
        var entry = new OutboxEntry("msg_x", "PAYMENT_CANCELLED", "{}", early, early);

        Assert.Equal(early, (new PaymentState { ProviderDueAt = late, Outbox = [entry] }).DueAt);
        Assert.Equal(early, (new PaymentState { ProviderDueAt = early, Outbox = [entry with { NextAttemptAt = late }] }).DueAt);
        Assert.Equal(late, (new PaymentState { ProviderDueAt = late, Outbox = [entry with { DeadLetteredAt = early }] }).DueAt);
        Assert.Null(new PaymentState().DueAt);
    }
}

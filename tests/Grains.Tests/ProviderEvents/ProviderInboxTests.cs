using System.Text.Json;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;

namespace Payments.Grains.Tests.ProviderEvents;

public sealed class ProviderInboxTests
{
    private static readonly ProviderEventOptions Options = new();
    private static readonly DateTimeOffset Start = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly Delivery Later = new(DeliveryOutcome.Later, "owner", "busy");

    [Fact]
    public void A_kept_event_is_due_soon_and_visible_to_operators()
    {
        var kept = Keep(new ProviderInboxState(), "evt_1");

        Assert.Equal((InboxStatus.Pending, "EVENT_PENDING"), (kept.Status, kept.StatusText));
        Assert.Equal(Start + TimeSpan.FromSeconds(1), kept.DueAt);
        Assert.Equal(("stripe", "pi_1", "owner"), (kept.Provider, kept.ObjectId, kept.Owner));
        Assert.Equal("evt_1", Assert.Single(kept.Events).EventId);
        Assert.Null(((IIndexedState)kept).MerchantId);
        Assert.Equal("", new ProviderInboxState().StatusText);
    }

    [Fact]
    public void A_repeated_event_is_kept_once_and_many_events_are_one_row_of_bounded_size()
    {
        var kept = Keep(new ProviderInboxState(), "evt_1");
        Assert.Same(kept, Keep(kept, "evt_1", TimeSpan.FromMinutes(5)));

        for (var i = 2; i <= 1000; i++)
            kept = Keep(kept, $"evt_{i}");
        Assert.Equal(ProviderInbox.EventsMax, kept.Events.Length);
        Assert.Equal("evt_1000", kept.Events[^1].EventId);
        Assert.Equal(Start, kept.PendingSince);
    }

    [Fact]
    public void Events_that_keep_coming_neither_put_off_the_next_try_nor_the_end()
    {
        var kept = Keep(new ProviderInboxState(), "evt_1");
        for (var i = 0; i < 10; i++)
            kept = Keep(kept, $"evt_more_{i}", TimeSpan.FromMilliseconds(100 * i));
        Assert.Equal(Start + TimeSpan.FromSeconds(1), kept.DueAt);

        // After long waits a new event brings the next try forward.
        for (var i = 0; i < 12; i++)
            kept = Tried(kept, Later, TimeSpan.Zero);
        Assert.True(kept.DueAt > Start + TimeSpan.FromMinutes(10));
        Assert.Equal(Start + TimeSpan.FromSeconds(1), Keep(kept, "evt_2").DueAt);
        Assert.Equal(InboxStatus.Unclaimed, Tried(Keep(kept, "evt_3", TimeSpan.FromDays(2.9)), Later, Options.GivenUpAfter).Status);
    }

    [Fact]
    public void Tries_wait_longer_and_longer_until_they_are_given_up_in_sight_of_operators()
    {
        var state = Keep(new ProviderInboxState(), "evt_1");
        var waits = new List<TimeSpan>();
        while (state.DueAt is { } due)
        {
            waits.Add(due - Start);
            state = Tried(state, Later, due - Start);
        }

        Assert.Equal([1, 2, 4, 8], waits.Take(4).Zip(waits.Skip(1), (a, b) => (int)(b - a).TotalSeconds));
        Assert.All(waits.Zip(waits.Skip(1), (a, b) => b - a), wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromMinutes(15)));
        Assert.InRange(waits[^1], Options.GivenUpAfter, Options.GivenUpAfter + TimeSpan.FromMinutes(15));
        Assert.Equal((InboxStatus.Unclaimed, "EVENT_UNCLAIMED", "given up: busy"), (state.Status, state.StatusText, state.Detail));
    }

    [Theory]
    [InlineData(DeliveryOutcome.Applied, "EVENT_APPLIED")]
    [InlineData(DeliveryOutcome.Foreign, "EVENT_FOREIGN")]
    [InlineData(DeliveryOutcome.Unclaimed, "EVENT_UNCLAIMED")]
    public void A_definite_result_ends_it_and_a_later_event_begins_anew(DeliveryOutcome outcome, string status)
    {
        var ended = Tried(Keep(new ProviderInboxState(), "evt_1"), new Delivery(outcome, "owner-2", "why"), TimeSpan.Zero);

        Assert.Equal((status, null, "owner-2"), (ended.StatusText, ended.DueAt, ended.Owner));
        Assert.Same(ended, Tried(ended, Later, TimeSpan.FromDays(9)));
        var again = Keep(ended, "evt_2", TimeSpan.FromDays(1));
        Assert.Equal((InboxStatus.Pending, Start + TimeSpan.FromDays(1), 0), (again.Status, again.PendingSince, again.Tries));
    }

    [Fact]
    public void What_is_certainly_in_vain_is_not_tried_again()
    {
        var kept = ProviderInbox.Keep(new ProviderInboxState(), Event("evt_1"), unclaimed: true, Options, At(TimeSpan.Zero));
        Assert.Equal((InboxStatus.Unclaimed, null), (kept.Status, kept.DueAt));
        Assert.Same(kept, Keep(kept, "evt_1"));
    }

    [Fact]
    public void Every_state_survives_storage()
    {
        var kept = Keep(new ProviderInboxState(), "evt_1");
        foreach (var state in (ProviderInboxState[])[kept, Tried(kept, Later, TimeSpan.Zero), Tried(kept, Later, TimeSpan.FromDays(4))])
        {
            var json = JsonSerializer.Serialize(state, GrainStateJson.Options);
            var read = JsonSerializer.Deserialize<ProviderInboxState>(json, GrainStateJson.Options)!;
            Assert.Equal(state, read with { Events = state.Events });
            Assert.Equal(state.Events, read.Events.AsEnumerable());
        }

        Assert.Equal(
            """{"Provider":"stripe","ObjectId":"pi_1","Owner":"owner","Status":"Pending","Events":[{"EventId":"evt_1","Type":"payment_intent.succeeded","KeptAt":"2026-04-04T10:00:00+00:00"}],"PendingSince":"2026-04-04T10:00:00+00:00","Tries":0,"DueAt":"2026-04-04T10:00:01+00:00"}""",
            JsonSerializer.Serialize(kept, GrainStateJson.Options));
    }

    [Fact]
    public void Recent_events_are_remembered_by_provider_and_the_oldest_are_forgotten_first()
    {
        var recent = new RecentEvents();
        recent.Add(Event("evt_0"));
        Assert.True(recent.Contains(Event("evt_0")));
        Assert.False(recent.Contains(Event("evt_0") with { Provider = "klarna" }));

        Parallel.For(1, RecentEvents.IdsMax + 1, i => recent.Add(Event($"evt_{i}")));
        Assert.False(recent.Contains(Event("evt_0")));
        Assert.True(recent.Contains(Event("evt_7")));
    }

    private static ProviderEvent Event(string id) => new("stripe", id, "payment_intent.succeeded", Start, "pi_1", "pi_1", "Succeeded", "owner");

    private static ProviderInboxState Keep(ProviderInboxState state, string id, TimeSpan later = default) =>
        ProviderInbox.Keep(state, Event(id), unclaimed: false, Options, At(later));

    private static ProviderInboxState Tried(ProviderInboxState state, Delivery delivery, TimeSpan later) =>
        ProviderInbox.Tried(state, delivery, Options, At(later));

    private static Moment At(TimeSpan later) => new(Start + later, 0.5);
}

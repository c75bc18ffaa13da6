using Orleans.Runtime;
using Payments.Grains.Idempotency;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class IdempotencyGrainTests(TestSilo silo)
{
    private static readonly StoredAnswer Answer = new(202, """{"data":{}}""");
    private readonly string key = IdempotencyKeys.ForMerchant("v2", Guid.NewGuid(), "k");
    private readonly Guid merchant = Guid.NewGuid();

    private IIdempotencyGrain Grain => silo.Grains.GetGrain<IIdempotencyGrain>(key);

    private GrainId Row => Grain.GetGrainId();

    [Fact]
    public async Task The_first_of_many_requests_at_once_is_carried_out_and_the_others_are_told_that_it_is()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Grain.ClaimAsync(Request()))));

        var first = Assert.Single(claims, static claim => claim.Outcome == IdempotencyOutcome.Claimed);
        Assert.Equal(63, claims.Count(static claim => claim == new IdempotencyClaim(IdempotencyOutcome.InFlight)));
        Assert.Equal(first.CommandId, silo.Storage.State<IdempotencyState>(Row).CommandId);
        Assert.Equal(1, silo.Storage.Writes(Row));
    }

    [Fact]
    public async Task A_claim_is_durable_before_it_is_granted()
    {
        var hold = silo.Storage.HoldNextWrite(Row);
        var claiming = Grain.ClaimAsync(Request());
        await hold.Arrived;
        Assert.False(claiming.IsCompleted);
        Assert.False(silo.Storage.Has(Row));
        hold.Release();
        Assert.Equal(IdempotencyOutcome.Claimed, (await claiming).Outcome);
        Assert.True(silo.Storage.Has(Row));
    }

    [Fact]
    public async Task A_claim_that_cannot_be_stored_is_an_error_and_holds_nothing()
    {
        silo.Storage.FailNextWrites(Row, WriteFault.NotWritten);
        await Assert.ThrowsAnyAsync<Exception>(() => Grain.ClaimAsync(Request()));
        Assert.Equal(IdempotencyOutcome.Claimed, (await Grain.ClaimAsync(Request())).Outcome);
    }

    [Fact]
    public async Task The_same_claim_repeated_by_the_network_is_granted_again_as_the_same_command()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        Assert.Equal(claim, await Grain.ClaimAsync(request));
    }

    [Fact]
    public async Task An_answer_that_was_stored_after_its_write_was_given_up_is_found_by_the_next_claim()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        silo.Storage.FailNextWrites(Row, WriteFault.NotWritten);
        await Assert.ThrowsAnyAsync<Exception>(() => Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer)));
        silo.Time.Advance(new IdempotencyPolicy().Lease);

        // The grain has read that there is none, and now the write arrives.
        await Grain.ReleaseAsync(new(Guid.NewGuid(), HadNoEffect: false));
        silo.Storage.Put(Row, silo.Storage.State<IdempotencyState>(Row) with { Answer = Answer });

        Assert.Equal(new IdempotencyClaim(IdempotencyOutcome.Answered, Answer: Answer), await Grain.ClaimAsync(Request()));
    }

    [Fact]
    public async Task A_request_whose_end_could_not_be_stored_is_over_all_the_same()
    {
        var first = Request();
        var claim = await Grain.ClaimAsync(first);
        silo.Storage.FailNextWrites(Row, WriteFault.NotWritten);
        await Assert.ThrowsAnyAsync<Exception>(() => Grain.CompleteAsync(new(first.ClaimId, claim.CommandId!, Answer)));

        Assert.Equal(claim, await Grain.ClaimAsync(Request()));
    }

    [Fact]
    public async Task A_request_whose_key_could_not_be_freed_is_over_all_the_same()
    {
        var first = Request();
        var claim = await Grain.ClaimAsync(first);
        silo.Storage.IsDown = true;
        await Assert.ThrowsAnyAsync<Exception>(() => Grain.ReleaseAsync(new(first.ClaimId, HadNoEffect: true)));
        silo.Storage.IsDown = false;

        Assert.Equal(claim, await Grain.ClaimAsync(Request()));
    }

    [Fact]
    public async Task Who_was_taken_for_lost_does_not_free_the_key_of_its_successor()
    {
        var first = Request();
        var claim = await Grain.ClaimAsync(first);
        silo.Time.Advance(new IdempotencyPolicy().Lease);
        var second = Request();
        await Grain.ClaimAsync(second);

        await Grain.ReleaseAsync(new(first.ClaimId, HadNoEffect: true));
        Assert.Equal(IdempotencyOutcome.InFlight, (await Grain.ClaimAsync(Request())).Outcome);
        await Grain.CompleteAsync(new(second.ClaimId, claim.CommandId!, Answer));
        Assert.Equal(Answer, (await Grain.ClaimAsync(Request())).Answer);
    }

    [Fact]
    public async Task An_answer_is_what_every_later_request_gets_and_the_first_one_stays()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer));
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, new StoredAnswer(422, "{}")));
        await Grain.ReleaseAsync(new(request.ClaimId, HadNoEffect: true));
        for (var i = 0; i < 3; i++)
            Assert.Equal(new IdempotencyClaim(IdempotencyOutcome.Answered, Answer: Answer), await Grain.ClaimAsync(Request()));
    }

    [Fact]
    public async Task Another_request_is_refused_before_and_after_the_answer()
    {
        var request = Request();
        var other = Request() with { Fingerprint = "other" };
        var claim = await Grain.ClaimAsync(request);
        Assert.Equal(new IdempotencyClaim(IdempotencyOutcome.OtherRequest), await Grain.ClaimAsync(other));
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer));
        Assert.Equal(new IdempotencyClaim(IdempotencyOutcome.OtherRequest), await Grain.ClaimAsync(other));
    }

    [Fact]
    public async Task A_silent_holder_loses_its_claim_in_time_and_the_repeat_is_the_same_command_on_the_same_resource()
    {
        var first = Request() with { Resource = "27" };
        var claim = await Grain.ClaimAsync(first);
        silo.Time.Advance(new IdempotencyPolicy().Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(IdempotencyOutcome.InFlight, (await Grain.ClaimAsync(Request())).Outcome);
        silo.Time.Advance(TimeSpan.FromSeconds(1));

        var second = Request() with { Resource = "28" };
        Assert.Equal(new IdempotencyClaim(IdempotencyOutcome.Claimed, claim.CommandId, "27"), await Grain.ClaimAsync(second));

        // The first one wakes up: it takes nothing from the second, whose answer comes later and finds this one.
        await Grain.ReleaseAsync(new(first.ClaimId, HadNoEffect: false));
        Assert.Equal(IdempotencyOutcome.InFlight, (await Grain.ClaimAsync(Request())).Outcome);
        await Grain.CompleteAsync(new(first.ClaimId, claim.CommandId!, Answer));
        await Grain.CompleteAsync(new(second.ClaimId, claim.CommandId!, new StoredAnswer(422, "{}")));
        Assert.Equal(Answer, (await Grain.ClaimAsync(Request())).Answer);
    }

    [Fact]
    public async Task After_a_failure_the_same_request_is_the_same_command_and_another_one_is_refused()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        await Grain.ReleaseAsync(new(request.ClaimId, HadNoEffect: false));
        Assert.Equal(IdempotencyOutcome.OtherRequest, (await Grain.ClaimAsync(Request() with { Fingerprint = "other" })).Outcome);
        Assert.Equal(claim.CommandId, (await Grain.ClaimAsync(Request())).CommandId);
    }

    [Fact]
    public async Task After_a_refusal_without_effect_any_request_may_have_the_key()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        await Grain.ReleaseAsync(new(request.ClaimId, HadNoEffect: true));
        Assert.False(silo.Storage.Has(Row));
        var other = await Grain.ClaimAsync(Request() with { Fingerprint = "other" });
        Assert.Equal(IdempotencyOutcome.Claimed, other.Outcome);
        Assert.NotEqual(claim.CommandId, other.CommandId);
    }

    /// <summary>The first try may have had an effect that nobody knows of: what the second one met says nothing about it.</summary>
    [Fact]
    public async Task A_refusal_of_a_repeat_does_not_free_the_key()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        await Grain.ReleaseAsync(new(request.ClaimId, HadNoEffect: false));
        var repeat = Request();
        await Grain.ClaimAsync(repeat);
        await Grain.ReleaseAsync(new(repeat.ClaimId, HadNoEffect: true));
        Assert.Equal(claim.CommandId, (await Grain.ClaimAsync(Request())).CommandId);
        Assert.Equal(IdempotencyOutcome.OtherRequest, (await Grain.ClaimAsync(Request() with { Fingerprint = "other" })).Outcome);
    }

    [Fact]
    public async Task A_key_is_kept_for_seven_days_after_its_answer_and_then_deleted()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        silo.Time.Advance(TimeSpan.FromSeconds(10));
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer));
        Assert.Equal(silo.Now + TimeSpan.FromDays(7), silo.Storage.DueAt(Row));

        silo.Time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        await WakeAsync();
        Assert.Equal(IdempotencyOutcome.Answered, (await Grain.ClaimAsync(Request())).Outcome);

        silo.Time.Advance(TimeSpan.FromSeconds(1));
        await WakeAsync();
        Assert.False(silo.Storage.Has(Row));
        Assert.NotEqual(claim.CommandId, (await Grain.ClaimAsync(Request())).CommandId);
    }

    [Fact]
    public async Task A_key_whose_time_is_over_is_free_before_anybody_has_deleted_it()
    {
        var request = Request();
        var claim = await Grain.ClaimAsync(request);
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer));
        silo.Time.Advance(TimeSpan.FromDays(7));
        var next = Request() with { Fingerprint = "other" };
        Assert.Equal($"{next.ClaimId:N}", (await Grain.ClaimAsync(next)).CommandId);

        // What the first one still has to say is about a command that is forgotten.
        await Grain.CompleteAsync(new(request.ClaimId, claim.CommandId!, Answer));
        Assert.Null(silo.Storage.State<IdempotencyState>(Row).Answer);
    }

    /// <summary>Another activation has claimed the key first: compare-and-swap makes both carry out the same command, which the payment's grain does once.</summary>
    [Fact]
    public async Task Who_loses_the_claim_to_another_activation_carries_out_the_same_command()
    {
        await Grain.ReleaseAsync(new(Guid.NewGuid(), HadNoEffect: false));
        var others = IdempotencyMachine.Claim(new IdempotencyState(), Request(), null, new IdempotencyPolicy(), silo.Now).State;
        silo.Storage.Put(Row, others);
        Assert.Equal(others.CommandId, (await Grain.ClaimAsync(Request())).CommandId);
        Assert.Equal(others with { Claims = 2 }, silo.Storage.State<IdempotencyState>(Row));
    }

    private ClaimIdempotencyKey Request() => new(merchant, "fingerprint", Guid.NewGuid());

    private Task WakeAsync() => silo.Grains.GetGrain<IDueGrain>(Row).WakeAsync();
}

using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class RaceTests : SandboxTest
{
    private const int Callers = 200;

    [Fact]
    public async Task Of_200_concurrent_cancels_exactly_one_takes_effect()
    {
        var id = await Client.CreateAsync();
        var answers = await AllAsync(_ => Client.PostAsync($"v1/payment_intents/{id}/cancel"));
        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(Callers - 1, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
        Assert.Equal(1, Count("payment_intent.cancel", id));
    }

    [Fact]
    public async Task Of_200_concurrent_creations_under_one_key_there_is_one_object()
    {
        var answers = await AllAsync(_ => Client.PostAsync("v1/payment_intents", "amount=100&currency=usd", "same"));
        Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Text("id")).Distinct());
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal(HttpStatusCode.Conflict, answer.Status));
        Assert.Equal(1, Count("payment_intent.create"));
    }

    [Fact]
    public async Task Of_a_capture_and_a_cancel_that_race_exactly_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = await Client.CreateAsync();
            var answers = await Task.WhenAll(Client.PostAsync($"v1/payment_intents/{id}/capture"), Client.PostAsync($"v1/payment_intents/{id}/cancel"));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.Equal(1, Count("payment_intent.capture", id) + Count("payment_intent.cancel", id));
        }
    }

    [Fact]
    public async Task Concurrent_refunds_never_give_back_more_than_was_paid()
    {
        var id = await Client.CreateAsync(more: "");
        var answers = await AllAsync(_ => Client.PostAsync("v1/refunds", $"payment_intent={id}&amount=1500"));
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(4500, Sandbox.Stripe.Find(id)!.AmountRefunded);
        Assert.Equal(4500, Sandbox.Ledger.Operations(id, "refund.create").Sum(found => found.Amount));
    }

    [Fact]
    public async Task Of_200_concurrent_Klarna_cancels_exactly_one_takes_effect()
    {
        var made = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":1000,"currency":"EUR"}""");
        var answers = await AllAsync(_ => Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{made.Text("payment_request_id")}"));
        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(1, Count("klarna.cancel"));
    }

    [Fact]
    public async Task The_ledger_has_no_gaps_and_its_summary_adds_up_after_a_storm()
    {
        await AllAsync(async number =>
        {
            var id = await Client.CreateAsync(more: $"&capture_method=manual&metadata[number]={number}&metadata[storm]=1", key: $"k{number}");
            await Client.PostAsync($"v1/payment_intents/{id}/{(number % 2 == 0 ? "cancel" : "capture")}");
            return id;
        });
        var operations = Sandbox.Ledger.Operations();
        Assert.Equal(Enumerable.Range(1, 3 * Callers).Select(number => (long)number), operations.Select(found => found.Sequence));
        Assert.Equal(Callers / 2, Sandbox.Ledger.Counts()["payment_intent.cancel"]);
        Assert.Equal(Callers, Sandbox.Stripe.FindByMetadata("storm", "1").Count);
        Assert.Equal("7", Assert.Single(Sandbox.Stripe.FindByMetadata("number", "7")).Metadata["number"]);
    }

    private static Task<T[]> AllAsync<T>(Func<int, Task<T>> call) => Task.WhenAll(Enumerable.Range(0, Callers).Select(number => Task.Run(() => call(number))));
}

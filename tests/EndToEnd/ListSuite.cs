using System.Globalization;
using System.Text.Json;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>The lists of both contracts over a real database.</summary>
public abstract class ListSuite(Deployment deployment)
{
    private const int Count = 9;

    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task Pages_show_every_payment_once_newest_first_though_payments_are_created_and_cancelled_meanwhile()
    {
        var payments = new List<Payment>();
        for (var i = 0; i < Count; i++)
            payments.Add(await Merchant.CreateAsync());
        var from = (await FindAsync(payments[0])).GetProperty("createdAt").GetString()!;
        payments.Reverse();

        var seen = new List<string>();
        var query = $"?limit=2&from={from}";
        for (var cursor = ""; ;)
        {
            using var page = await ListAsync(Merchant, query + cursor);
            seen.AddRange(Ids(page));
            if (page.RootElement.GetProperty("paging").GetProperty("next").GetString() is not { } next)
                break;
            cursor = $"&cursor={next}";
            await Merchant.CreateAsync();
            (await Merchant.CancelAsync(payments[^1])).Is(seen.Count == 2 ? 202 : 422, seen.Count == 2
                ? payments[^1].Accepted("CANCEL_INITIALIZED")
                : Payment.NotCancellable("Payment already cancelled"));
        }

        Assert.Equal(payments.Select(static payment => $"{payment.Id}"), seen);
    }

    [DatabaseFact]
    public async Task Filters_find_what_they_name()
    {
        var (cancelled, authorized) = (await Merchant.CreateAsync(), await Merchant.CreateAsync());
        await Merchant.CancelAsync(cancelled);
        await deployment.AssertCancelledAsync(Merchant, cancelled);

        var entry = await FindAsync(cancelled);
        Assert.Equal(
            $$"""{"id":"{{cancelled.Id}}","merchantTransactionId":"{{cancelled.TransactionId}}","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"{{cancelled.AllocationId}}","amount":25000,"status":"CANCELED"}],"createdAt":"{{entry.GetProperty("createdAt").GetString()}}"}""",
            entry.GetRawText());
        var (first, second) = (entry.GetProperty("createdAt").GetString(), (await FindAsync(authorized)).GetProperty("createdAt").GetString());
        await AssertListsAsync($"?status=CANCELLED&from={first}&to={second}", cancelled);
        await AssertListsAsync($"?from={first}&to={second}", cancelled);
        await AssertListsAsync($"?from={first}&status=AUTHORIZED", authorized);
        await AssertListsAsync($"?merchantTransactionId={cancelled.TransactionId}&status=CANCELLED", cancelled);
        await AssertListsAsync($"?merchantTransactionId={cancelled.TransactionId}&status=AUTHORIZED");
        await AssertListsAsync($"?merchantTransactionId={cancelled.TransactionId}&to={first}");
        await AssertListsAsync("?merchantTransactionId=nobody-has-this");
    }

    [DatabaseFact]
    public async Task A_merchant_lists_nothing_of_another_one()
    {
        var second = deployment.SecondMerchant;
        var (mine, theirs) = (await Merchant.CreateAsync(), await second.CreateAsync());
        using var page = await ListAsync(second, "?limit=200");
        Assert.Contains($"{theirs.Id}", Ids(page));
        Assert.DoesNotContain($"{mine.Id}", Ids(page));
        using var none = await ListAsync(second, $"?merchantTransactionId={mine.TransactionId}");
        Assert.Empty(Ids(none));
    }

    [DatabaseFact]
    public async Task Payment_requests_are_listed_newest_first_and_by_state()
    {
        var (first, second) = (await deployment.Payhub.CreateAsync(), await deployment.Payhub.CreateAsync());
        (await deployment.Payhub.CancelAsync(first.Id)).Is(200, "{}");
        Assert.Equal([second.Id, first.Id], (await RequestsAsync("?Limit=2")).Select(static request => request.GetProperty("PaymentRequestId").GetInt64()));
        var listed = (await RequestsAsync("?Status=canceled&Limit=1"))[0];
        Assert.Equal((await deployment.Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}/{first.Id}")).Body, listed.GetRawText());

        using var page = JsonDocument.Parse((await deployment.Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}?Limit=1")).Body);
        var next = page.RootElement.GetProperty("Paging").GetProperty("Next").GetString();
        Assert.Equal(first.Id, (await RequestsAsync($"?Limit=1&Cursor={next}"))[0].GetProperty("PaymentRequestId").GetInt64());
        Assert.DoesNotContain(
            first.Id.ToString(CultureInfo.InvariantCulture),
            (await deployment.SecondPayhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}?Limit=200")).Body, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(JsonDocument page) =>
        [.. page.RootElement.GetProperty("data").EnumerateArray().Select(static payment => payment.GetProperty("id").GetString()!)];

    private static async Task<JsonDocument> ListAsync(MerchantClient merchant, string query)
    {
        var answer = await merchant.SendAsync(HttpMethod.Get, $"/v2/payments{query}");
        return answer.Status == 200 ? JsonDocument.Parse(answer.Body) : throw new InvalidOperationException($"{answer.Status} {answer.Body}");
    }

    private async Task<JsonElement> FindAsync(Payment payment)
    {
        using var page = await ListAsync(Merchant, $"?merchantTransactionId={payment.TransactionId}");
        return page.RootElement.GetProperty("data")[0].Clone();
    }

    private async Task AssertListsAsync(string query, params Payment[] expected)
    {
        using var page = await ListAsync(Merchant, query);
        Assert.Equal(expected.Select(static payment => $"{payment.Id}"), Ids(page));
        Assert.Equal(JsonValueKind.Null, page.RootElement.GetProperty("paging").GetProperty("next").ValueKind);
    }

    private async Task<IReadOnlyList<JsonElement>> RequestsAsync(string query)
    {
        var answer = await deployment.Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}{query}");
        Assert.Equal(200, answer.Status);
        using var page = JsonDocument.Parse(answer.Body);
        return [.. page.RootElement.GetProperty("Data").EnumerateArray().Select(static request => request.Clone())];
    }
}

/// <summary>See <see cref="ListSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class ListsOnSqlite(SqliteDeployment deployment) : ListSuite(deployment);

/// <summary>See <see cref="ListSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class ListsOnPostgres(PostgresDeployment deployment) : ListSuite(deployment);

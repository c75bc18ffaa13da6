using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Payments.Sandbox.Tests;

public sealed class RequestTests : SandboxTest
{
    protected override SandboxOptions Options => new() { MaxObjects = 3, SearchLag = TimeSpan.FromSeconds(30) };

    [Theory]
    [InlineData("", "amount")]
    [InlineData("amount=100", "currency")]
    [InlineData("amount=&currency=usd", "amount")]
    [InlineData("amount=1e3&currency=usd", "amount")]
    [InlineData("amount=0&currency=usd", "amount")]
    [InlineData("amount=-5&currency=usd", "amount")]
    [InlineData("amount=99999999999999999999&currency=usd", "amount")]
    [InlineData("amount=100000000&currency=usd", "amount")]
    [InlineData("amount[]=100&currency=usd", "amount")]
    [InlineData("amount=100&currency=dollars", "currency")]
    [InlineData("amount=100&currency=usd&confirm=yes", "confirm")]
    [InlineData("amount=100&currency=usd&confirm=true", "payment_method")]
    [InlineData("amount=100&currency=usd&capture_method=later", "capture_method")]
    [InlineData("amount=100&currency=usd&payment_method=pm_nobody", "payment_method")]
    [InlineData("amount=100&currency=usd&metadata=text", "metadata")]
    [InlineData("amount=100&currency=usd&metadata[a][b]=1", "metadata")]
    [InlineData("amount=100&currency=usd&expand=latest_charge", "expand")]
    [InlineData("amount=100&currency=usd&payment_method_types=card", "payment_method_types")]
    [InlineData("amount=100&currency=usd&ammount=5", "ammount")]
    [InlineData("amount=100&currency=usd&description=%zz", null)]
    [InlineData("amount=100&currency=usd&description=%C3%28", null)]
    [InlineData("amount=100&currency=usd&description=%2", null)]
    [InlineData("=100&currency=usd", null)]
    public async Task A_malformed_creation_is_refused_and_leaves_nothing_behind(string form, string? param)
    {
        var refused = await Client.PostAsync("v1/payment_intents", form, key: "key");
        Assert.Contains(refused.Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
        Assert.Equal("invalid_request_error", refused.Error.GetProperty("type").GetString());
        Assert.Equal(param, refused.Error.TryGetProperty("param", out var found) ? found.GetString() : null);
        Assert.Empty(Sandbox.Ledger.Operations());

        // Refused before its execution began, so the key is still free for the corrected request.
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("v1/payment_intents", "amount=100&currency=usd", key: "key")).Status);
    }

    [Theory]
    [InlineData("v1/payment_intents/{0}/cancel", "cancellation_reason=DUPLICATE")]
    [InlineData("v1/payment_intents/{0}/cancel", "cancellation_reason=automatic")]
    [InlineData("v1/payment_intents/{0}/cancel", "reason=duplicate")]
    [InlineData("v1/payment_intents/{0}/capture", "amount_to_capture=0")]
    [InlineData("v1/payment_intents/{0}/confirm", "payment_method=pm_nobody")]
    [InlineData("v1/refunds", "payment_intent={0}&reason=abandoned")]
    [InlineData("v1/refunds", "payment_intent={0}&amount=-1")]
    [InlineData("v1/refunds", "amount=1")]
    public async Task A_malformed_change_is_refused_and_changes_nothing(string path, string form)
    {
        var id = await Client.CreateAsync();
        var refused = await Client.PostAsync(string.Format(path, id), string.Format(form, id));
        Assert.Contains(refused.Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
        Assert.Equal(2, Sandbox.Ledger.Operations(id).Count);
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/payment_intents")
        {
            Content = new StringContent("""{"amount":100,"currency":"usd"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x");
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_body_without_end_is_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/payment_intents")
        {
            Content = new StringContent($"description={new string('x', RequestBody.MaxBytes)}", Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x");
        request.Headers.ExpectContinue = true;
        var refused = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.Status);
        Assert.Equal("invalid_request_error", refused.Error.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer sk_live_abc")]
    [InlineData("Bearer pk_test_abc")]
    [InlineData("Basic c2tfbGl2ZV9hYmM6")]
    [InlineData("Basic !!!")]
    [InlineData("Digest sk_test_abc")]
    public async Task Without_a_secret_test_key_nothing_is_done(string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/payment_intents") { Content = new FormUrlEncodedContent([new("amount", "100")]) };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        var refused = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal("invalid_request_error", refused.Error.GetProperty("type").GetString());
        Assert.Empty(Sandbox.Ledger.Operations());
    }

    [Fact]
    public async Task A_key_as_the_user_of_basic_authentication_is_accepted()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "v1/payment_intents");
        request.Headers.TryAddWithoutValidation("Authorization", $"Basic {Convert.ToBase64String("sk_test_x:"u8)}");
        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("GET", "v1/payment_intents/pi_nobody", "resource_missing")]
    [InlineData("POST", "v1/payment_intents/pi_nobody/cancel", "resource_missing")]
    [InlineData("GET", "v1/refunds/re_nobody", "resource_missing")]
    [InlineData("GET", "v1/balance", null)]
    [InlineData("DELETE", "v1/payment_intents", null)]
    public async Task What_is_not_there_is_404_in_Stripes_words(string method, string path, string? code)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x");
        var missing = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal(code, missing.Error.TryGetProperty("code", out var found) ? found.GetString() : null);
    }

    [Fact]
    public async Task Lists_are_newest_first_in_pages_and_can_be_cut_by_time()
    {
        var first = await Client.CreateAsync(more: "&customer=cus_1");
        Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await Client.CreateAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var third = await Client.CreateAsync(more: "&customer=cus_1");

        Assert.Equal([third, second], await IdsAsync("v1/payment_intents?limit=2"));
        Assert.True((await Client.GetAsync("v1/payment_intents?limit=2")).Body.GetProperty("has_more").GetBoolean());
        Assert.Equal([first], await IdsAsync($"v1/payment_intents?limit=2&starting_after={second}"));
        Assert.Equal([third, first], await IdsAsync("v1/payment_intents?customer=cus_1"));
        var minuteAgo = Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds();
        Assert.Equal([third, second], await IdsAsync($"v1/payment_intents?created[gte]={minuteAgo}"));
        Assert.Equal([third], await IdsAsync($"v1/payment_intents?created[gt]={minuteAgo}"));
        Assert.Equal([first], await IdsAsync($"v1/payment_intents?created[lt]={minuteAgo}"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.GetAsync("v1/payment_intents?limit=101")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.GetAsync("v1/payment_intents?created[gte]=today")).Status);
    }

    [Fact]
    public async Task Search_finds_by_metadata_and_status_once_its_index_has_caught_up()
    {
        var id = await Client.CreateAsync(more: "&capture_method=manual&metadata[payment_id]=p1&metadata[merchant]=m");
        await Client.CreateAsync(more: "&capture_method=manual&metadata[payment_id]=p2&metadata[merchant]=m");
        var query = $"v1/payment_intents/search?query={Uri.EscapeDataString("metadata['merchant']:'m' AND status:'requires_capture' AND metadata[\"payment_id\"]:\"p1\"")}";
        Assert.Empty(await IdsAsync(query));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([id], await IdsAsync(query));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.GetAsync("v1/payment_intents/search?query=nonsense")).Status);

        var page = await Client.GetAsync($"v1/payment_intents/search?limit=1&query={Uri.EscapeDataString("metadata['merchant']:'m'")}");
        Assert.Equal("1", page.Text("next_page"));
    }

    [Fact]
    public async Task Events_tell_what_the_ledger_knows()
    {
        var id = await Client.CreateAsync();
        await Client.PostAsync($"v1/payment_intents/{id}/cancel");
        var events = (await Client.GetAsync("v1/events?limit=2")).Body.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["payment_intent.canceled", "payment_intent.amount_capturable_updated"], events.Select(found => found.GetProperty("type").GetString()));
        var cancelled = (await Client.GetAsync("v1/events?types[]=payment_intent.canceled")).Body.GetProperty("data");
        Assert.Equal(id, cancelled[0].GetProperty("data").GetProperty("object").GetProperty("id").GetString());
        Assert.Equal(1, cancelled.GetArrayLength());
        var older = await Client.GetAsync($"v1/events?starting_after={events[1].GetProperty("id").GetString()}");
        Assert.Equal("payment_intent.created", older.Body.GetProperty("data")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_full_sandbox_says_so_and_forgets_nothing()
    {
        var first = await Client.CreateAsync(more: "");
        await Client.CreateAsync();
        await Client.CreateAsync();
        var refused = await Client.PostAsync("v1/payment_intents", "amount=100&currency=usd", key: "late");
        Assert.Equal(HttpStatusCode.InternalServerError, refused.Status);
        Assert.Contains("full", refused.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await Client.PostAsync("v1/refunds", $"payment_intent={first}")).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":1,"currency":"EUR"}""")).Status);
        Assert.Equal("succeeded", (await Client.GetAsync($"v1/payment_intents/{first}")).Text("status"));
    }

    private async Task<List<string?>> IdsAsync(string path) =>
        [.. (await Client.GetAsync(path)).Body.GetProperty("data").EnumerateArray().Select(found => found.GetProperty("id").GetString())];
}

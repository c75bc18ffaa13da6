using System.Net;
using System.Text;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Bad input and foreign merchants through the real server: the contract's answer, and nothing changes.</summary>
public abstract class RefusalSuite(Deployment deployment)
{
    private const int BytesMax = 64 * 1024;

    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task A_body_that_is_no_json_object_is_refused()
    {
        var payment = await Merchant.CreateAsync();
        var malformed = Payment.Problem("INVALID_REQUEST", 400, "Request body is not valid JSON or repeats a property");
        foreach (var body in (string[])["{", " ", "{\"paymentCancellationReason\":\"DUPLICATE\",}", "{\"a\":1,\"a\":2}", "\u0000"])
            (await Merchant.SendAsync(HttpMethod.Patch, Path(payment), body)).Is(400, malformed);
        (await Merchant.SendAsync(HttpMethod.Patch, Path(payment), "[]"))
            .Is(400, Payment.Problem("INVALID_REQUEST", 400, "Request body must be a JSON object"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");
    }

    [DatabaseFact]
    public async Task A_body_over_the_limit_is_refused_with_and_without_a_length()
    {
        var payment = await Merchant.CreateAsync();
        var tooLarge = Payment.Problem("PAYLOAD_TOO_LARGE", 413, $"Request body must not be larger than {BytesMax} bytes");
        var body = $$"""{"paymentCancellationReason":"DUPLICATE","padding":"{{new string('x', BytesMax)}}"}""";
        (await Merchant.SendAsync(HttpMethod.Patch, Path(payment), body)).Is(413, tooLarge);

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var chunked = Merchant.Request(HttpMethod.Patch, Path(payment), content);
        chunked.Headers.TransferEncodingChunked = true;
        (await Merchant.SendAsync(chunked)).Is(413, tooLarge);
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");
    }

    [DatabaseFact]
    public async Task Another_content_type_is_refused()
    {
        var payment = await Merchant.CreateAsync();
        foreach (var type in (string[])["text/plain", "application/x-www-form-urlencoded"])
        {
            using var content = new StringContent(MerchantClient.SeedCancel, Encoding.UTF8, type);
            (await Merchant.SendAsync(Merchant.Request(HttpMethod.Patch, Path(payment), content))).Is(415, Payment.Problem(
                "UNSUPPORTED_MEDIA_TYPE", 415, "Content-Type must be application/json in UTF-8, without Content-Encoding"));
        }

        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");
    }

    [DatabaseFact]
    public async Task Missing_and_wrong_headers_are_refused()
    {
        var payment = await Merchant.CreateAsync();
        await RefusedAsync(static headers => headers.Authorization = null, 401, "UNAUTHORIZED", "Bearer token is required");
        await RefusedAsync(static headers => headers.Authorization = new("Bearer", "a.b.c"), 401, "UNAUTHORIZED", "Bearer token is not valid");
        await RefusedAsync(static headers => headers.Remove("X-Merchant-Id"), 400, "INVALID_REQUEST", "X-Merchant-Id is required");
        await RefusedAsync(static headers => headers.Remove("X-Upstream-Env"), 400, "INVALID_REQUEST", "X-Upstream-Env is required");

        // A token signed with another key: what it says is right, who says it is not.
        var forged = Bearer.Create(Convert.ToBase64String(new byte[32]), Merchant.Merchant.Id);
        await RefusedAsync(headers => headers.Authorization = new("Bearer", forged), 401, "UNAUTHORIZED", "Bearer token is not valid");
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");

        async Task RefusedAsync(Action<System.Net.Http.Headers.HttpRequestHeaders> change, int status, string title, string detail)
        {
            using var content = new StringContent(MerchantClient.SeedCancel, Encoding.UTF8, "application/json");
            var request = Merchant.Request(HttpMethod.Patch, Path(payment), content);
            change(request.Headers);
            (await Merchant.SendAsync(request)).Is(status, Payment.Problem(title, status, detail));
        }
    }

    [DatabaseFact]
    public async Task A_second_merchant_can_neither_read_nor_cancel()
    {
        var payment = await Merchant.CreateAsync();
        var stranger = deployment.SecondMerchant;
        var notFound = Payment.Problem("NOT_FOUND", 404, "paymentId not found");
        (await stranger.GetAsync(payment)).Is(404, notFound);
        (await stranger.CancelAsync(payment)).Is(404, notFound);

        // Their own token with the owner's merchant id is no way in either.
        using var content = new StringContent(MerchantClient.SeedCancel, Encoding.UTF8, "application/json");
        var request = stranger.Request(HttpMethod.Patch, Path(payment), content);
        request.Headers.Remove("X-Merchant-Id");
        request.Headers.Add("X-Merchant-Id", $"{payment.Merchant.Id}");
        (await stranger.SendAsync(request)).Is(403, Payment.Problem("FORBIDDEN", 403, "Token is not valid for this merchant"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");

        // The same transaction id is another payment for another merchant.
        var theirs = payment with { Merchant = stranger.Merchant };
        Assert.NotEqual(payment.Id, theirs.Id);
        (await stranger.SendCreateAsync(theirs)).Is(202, theirs.Accepted("INITIATED"));
        (await stranger.RestAsync(theirs)).Is(202, theirs.Accepted("AUTHORIZED"));
        (await stranger.CancelAsync(theirs)).Is(202, theirs.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(stranger, theirs);
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");
    }

    [DatabaseFact]
    public async Task Payhub_refuses_what_it_does_not_understand()
    {
        var request = await deployment.Payhub.CreateAsync();
        var path = $"{PayhubClient.Path}/{request.Id}";
        foreach (var body in (string[])["{", "[]", "{}", """{"Status":"cancelled"}""", """{"status":"canceled"}""", """{"Status":1}"""])
            Assert.Equal(400, (await deployment.Payhub.SendAsync(HttpMethod.Patch, path, body)).Status);
        var stranger = new PayhubClient(deployment, "no-such-key");
        Assert.Equal((int)HttpStatusCode.Unauthorized, (await stranger.CancelAsync(request.Id)).Status);
        Assert.Equal(("SUBMITTED", 0), await deployment.Sandbox.KlarnaAsync(request));
        Assert.Equal("submitted", await deployment.Payhub.StatusAsync(request.Id));
    }

    private static string Path(Payment payment) => $"/v2/payments/{payment.Id}/cancel";
}

/// <summary>See <see cref="RefusalSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class RefusalsOnSqlite(SqliteDeployment deployment) : RefusalSuite(deployment);

/// <summary>See <see cref="RefusalSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class RefusalsOnPostgres(PostgresDeployment deployment) : RefusalSuite(deployment);

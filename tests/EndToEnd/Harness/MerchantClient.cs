using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Payments.EndToEnd.Harness;

/// <summary>A merchant that calls the v2 contract.</summary>
public sealed class MerchantClient(Deployment deployment, Merchant merchant)
{
    /// <summary>The seed's request body.</summary>
    public const string SeedCancel =
        """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind before shipment"}""";

    // A repeated create takes its turn behind whatever the payment is doing; how often is bounded, so that a payment that never rests fails a test.
    private const int RestTriesMax = 20;

    /// <summary>Who calls.</summary>
    public Merchant Merchant => merchant;

    /// <summary>A payment that is not created yet, with an id that no other test has.</summary>
    public Payment NewPayment(long amount = 25000) => new(merchant, $"order-{Guid.NewGuid():N}", amount);

    /// <summary>Creates a payment and waits until the provider's first answer is recorded.</summary>
    /// <param name="expected">The state that it must be in then.</param>
    /// <param name="method">The payment method; a card that works when null.</param>
    /// <param name="authorizeOnly">False takes the money at once.</param>
    public async Task<Payment> CreateAsync(string expected = "AUTHORIZED", Guid? method = null, bool authorizeOnly = true)
    {
        var payment = NewPayment();
        (await SendCreateAsync(payment, method, authorizeOnly)).Is(202, payment.Accepted("INITIATED"));
        (await RestAsync(payment, method, authorizeOnly)).Is(202, payment.Accepted(expected));
        return payment;
    }

    /// <summary>Creates a bank debit and waits until it is accepted.</summary>
    public Task<Payment> CreateBankDebitAsync() => CreateAsync("ACCEPTED", merchant.BankAccount, authorizeOnly: false);

    /// <summary><c>POST /v2/payments</c>.</summary>
    public Task<Answer> SendCreateAsync(Payment payment, Guid? method = null, bool authorizeOnly = true, string? key = null)
    {
        var methodId = method ?? merchant.Card;
        var body = new Dictionary<string, object>
        {
            ["merchantTransactionId"] = payment.TransactionId,
            ["amount"] = payment.Amount,
            ["currencyCode"] = "USD",
            ["authorizeCard"] = authorizeOnly,
            ["paymentAllocations"] = new object[] { new { amount = payment.Amount, paymentMethodId = methodId } },

            // With a name that the service's own look-ups go by: a merchant's must not mislead them.
            ["metadata"] = new { orderId = payment.TransactionId, allocation_id = payment.AllocationId },
        };
        if (methodId == merchant.BankAccount)
            body["consent"] = new { type = "ONLINE", timestamp = "2026-04-04T12:00:00Z", ipAddress = "192.0.2.1", userAgent = "test" };
        return SendAsync(HttpMethod.Post, "/v2/payments", JsonSerializer.Serialize(body), key);
    }

    /// <summary><c>POST /v2/payments</c> of a sale over two cards, 150.00 of the first.</summary>
    public Task<Answer> SendSplitAsync(Payment payment, Guid first, Guid second, string? key = null) => SendAsync(HttpMethod.Post, "/v2/payments", JsonSerializer.Serialize(new
    {
        merchantTransactionId = payment.TransactionId,
        amount = payment.Amount,
        currencyCode = "USD",
        authorizeCard = false,
        paymentAllocations = new object[]
        {
            new { amount = 15000, paymentMethodId = first }, new { amount = payment.Amount - 15000, paymentMethodId = second },
        },
        metadata = new { orderId = payment.TransactionId },
    }), key);

    /// <summary>The payment's state once it is neither new nor at the provider: a repeated create waits its turn and answers with it.</summary>
    public async Task<Answer> RestAsync(Payment payment, Guid? method = null, bool authorizeOnly = true)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await SendCreateAsync(payment, method, authorizeOnly);
            if (tries == RestTriesMax || answer.Body != payment.Accepted("INITIATED"))
                return answer;
        }
    }

    /// <summary><c>GET /v2/payments/{id}</c>.</summary>
    public Task<Answer> GetAsync(Payment payment) => SendAsync(HttpMethod.Get, $"/v2/payments/{payment.Id}");

    /// <summary><c>PATCH /v2/payments/{id}/cancel</c> with the seed's body.</summary>
    public Task<Answer> CancelAsync(Payment payment) => CancelAsync(payment, key: null);

    /// <summary>The same under an <c>Idempotency-Key</c>.</summary>
    public Task<Answer> CancelAsync(Payment payment, string? key) =>
        SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/cancel", SeedCancel, key);

    /// <summary><c>PATCH /v2/payments/{id}/capture</c>.</summary>
    public Task<Answer> CaptureAsync(Payment payment, string body = "{}", string? key = null) =>
        SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/capture", body, key);

    /// <summary><c>POST /v2/refunds</c>.</summary>
    public Task<Answer> RefundAsync(Payment payment, string transactionId, long? amount, string? key = null) => SendAsync(
        HttpMethod.Post, "/v2/refunds", JsonSerializer.Serialize(new { paymentId = payment.Id, merchantTransactionId = transactionId, amount }), key);

    /// <summary>Any request with this merchant's headers and token.</summary>
    public Task<Answer> SendAsync(HttpMethod verb, string path, string? json = null, string? key = null)
    {
        var request = Request(verb, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request);
    }

    /// <summary>A request as the test has changed it.</summary>
    public Task<Answer> SendAsync(HttpRequestMessage request) => Answer.OfAsync(deployment.Api, request);

    /// <summary>A request with this merchant's headers and token, to be changed by the test.</summary>
    public HttpRequestMessage Request(HttpMethod verb, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(verb, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Bearer.Create(deployment.SigningKey, merchant.Id));
        request.Headers.Add("X-Merchant-Id", $"{merchant.Id}");
        request.Headers.Add("X-Upstream-Env", "dev");
        request.Headers.Add("X-Source", "merchant-portal");
        return request;
    }
}

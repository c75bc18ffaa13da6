using System.Net;
using Stripe;

namespace Payments.Providers.Tests;

/// <summary>What the product relies on in Stripe.net, asserted of whichever is in: the package or its stand-in.</summary>
public sealed class StripeNetTests : IAsyncLifetime
{
    private readonly RawHttpServer _server = new();
    private readonly HttpClient _http = new();
    private StripeClient _client = null!;

    public Task InitializeAsync()
    {
        _client = new StripeClient(new StripeClientOptions
        {
            ApiKey = "sk_test_1",
            ApiBase = _server.Url.ToString().TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false),
        });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Forms_nest_in_brackets_and_escape_everything_else()
    {
        _server.Answer(200, StripeSamples.Intent("processing"));
        var options = new PaymentIntentCreateOptions
        {
            StatementDescriptorSuffix = "last",
            Amount = 1,
            Confirm = false,
            Description = "a&b=c [d] +é😀~*'()",
            Metadata = new Dictionary<string, string> { ["z"] = "1", ["a b"] = "", ["n"] = "x\ny" },
            PaymentMethodTypes = ["card", "us_bank_account"],
            MandateData = new PaymentIntentMandateDataOptions
            {
                CustomerAcceptance = new PaymentIntentMandateDataCustomerAcceptanceOptions
                {
                    Type = "online",
                    AcceptedAt = new DateTime(2026, 11, 21, 12, 0, 0, 999, DateTimeKind.Utc),
                    Online = new PaymentIntentMandateDataCustomerAcceptanceOnlineOptions { UserAgent = "u", IpAddress = "i" },
                },
            },
        };

        await new PaymentIntentService(_client).CreateAsync(options).Soon();

        Assert.Equal(
            "amount=1&confirm=false&description=a%26b%3Dc+[d]+%2B%C3%A9%F0%9F%98%80%7E*%27()"
            + "&mandate_data[customer_acceptance][accepted_at]=1795262400&mandate_data[customer_acceptance][online][ip_address]=i"
            + "&mandate_data[customer_acceptance][online][user_agent]=u&mandate_data[customer_acceptance][type]=online"
            + "&metadata[z]=1&metadata[a+b]=&metadata[n]=x%0Ay"
            + "&payment_method_types[0]=card&payment_method_types[1]=us_bank_account&statement_descriptor_suffix=last",
            _server.Single.Text);
    }

    [Fact]
    public async Task A_clearable_parameter_set_to_null_is_sent_empty_and_others_are_left_out()
    {
        _server.Answer(200, StripeSamples.Intent("processing"));
        _server.Answer(200, StripeSamples.Refund("pending"));

        await new PaymentIntentService(_client).CreateAsync(new PaymentIntentCreateOptions { MandateData = null, Description = null }).Soon();
        await new RefundService(_client).CreateAsync(new RefundCreateOptions { Metadata = null, PaymentIntent = "pi_1" }).Soon();

        Assert.Equal(["mandate_data=", "metadata=&payment_intent=pi_1"], _server.Requests.Select(request => request.Text));
    }

    [Fact]
    public async Task An_empty_list_is_sent_as_an_empty_value()
    {
        _server.Answer(200, StripeSamples.Intent("processing"));

        await new PaymentIntentService(_client).CreateAsync(new PaymentIntentCreateOptions { PaymentMethodTypes = [] }).Soon();

        Assert.Equal("payment_method_types=", _server.Single.Text);
    }

    [Fact]
    public async Task A_POST_without_parameters_is_still_a_form()
    {
        _server.Answer(200, StripeSamples.Intent("canceled"));

        await new PaymentIntentService(_client).CancelAsync("pi_1").Soon();

        Assert.Equal("", _server.Single.Text);
        Assert.Equal("0", _server.Single.Header("Content-Length"));
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", _server.Single.Header("Content-Type"));
    }

    [Fact]
    public async Task A_POST_without_a_key_of_ours_gets_a_random_one_each_time()
    {
        _server.Answer(200, StripeSamples.Intent("canceled"));
        _server.Answer(200, StripeSamples.Intent("canceled"));

        await new PaymentIntentService(_client).CancelAsync("pi_1").Soon();
        await new PaymentIntentService(_client).CancelAsync("pi_1").Soon();

        var keys = _server.Requests.Select(request => Guid.Parse(request.Header("Idempotency-Key")!)).ToList();
        Assert.NotEqual(keys[0], keys[1]);
    }

    [Fact]
    public async Task An_error_carries_status_code_intent_and_request_id()
    {
        _server.Answer(400, StripeSamples.UnexpectedState(StripeSamples.Intent("succeeded")), ("Request-Id", "req_1"), ("Retry-After", "3"));

        var exception = await Assert.ThrowsAsync<StripeException>(() => new PaymentIntentService(_client).CancelAsync("pi_1").Soon());

        Assert.Equal(HttpStatusCode.BadRequest, exception.HttpStatusCode);
        Assert.Equal("payment_intent_unexpected_state", exception.StripeError!.Code);
        Assert.Equal("invalid_request_error", exception.StripeError.Type);
        Assert.Equal("m", exception.Message);
        var intent = exception.StripeError.PaymentIntent!;
        Assert.Equal(("pi_1", "succeeded", 25000L), (intent.Id, intent.Status, intent.Amount));
        Assert.Equal("req_1", exception.StripeResponse!.RequestId);
        Assert.Equal(TimeSpan.FromSeconds(3), exception.StripeResponse.Headers!.RetryAfter!.Delta);
    }

    [Theory]
    [InlineData(200, "<html>")]
    [InlineData(502, "<html>")]
    [InlineData(502, "{}")]
    public async Task An_answer_that_is_not_Stripes_is_an_exception_without_an_error(int status, string body)
    {
        _server.Answer(status, body);

        var exception = await Assert.ThrowsAsync<StripeException>(() => new PaymentIntentService(_client).GetAsync("pi_1").Soon());

        Assert.Null(exception.StripeError);
        Assert.Equal(status, (int)exception.HttpStatusCode);
    }

    [Fact]
    public async Task Without_an_answer_the_transports_own_exception_comes_out()
    {
        _server.Answer(exchange => exchange.ResetAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => new PaymentIntentService(_client).GetAsync("pi_1").Soon());

        using var cancelled = new CancellationTokenSource();
        var arrived = _server.Stall();
        var call = new PaymentIntentService(_client).GetAsync("pi_1", cancellationToken: cancelled.Token);
        await arrived.Soon();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
    }

    [Fact]
    public async Task Instants_are_read_as_UTC()
    {
        _server.Answer(200, StripeSamples.Intent("processing"));

        var intent = await new PaymentIntentService(_client).GetAsync("pi_1").Soon();

        Assert.Equal(new DateTime(2026, 11, 21, 11, 58, 20, DateTimeKind.Utc), intent.Created);
        Assert.Equal(DateTimeKind.Utc, intent.Created.Kind);
    }

    [Fact]
    public async Task A_list_goes_on_after_the_last_item_and_leaves_the_options_as_they_were()
    {
        _server.Answer(200, StripeSamples.List(true, StripeSamples.Refund("pending", "re_2")));
        _server.Answer(200, StripeSamples.List(false, StripeSamples.Refund("pending", "re_1")));
        var options = new RefundListOptions { PaymentIntent = "pi_1", Limit = 1 };

        var ids = new List<string?>();
        await foreach (var refund in new RefundService(_client).ListAutoPagingAsync(options))
            ids.Add(refund.Id);

        Assert.Equal(["re_2", "re_1"], ids);
        Assert.Equal(
            ["/v1/refunds?payment_intent=pi_1&limit=1", "/v1/refunds?payment_intent=pi_1&limit=1&starting_after=re_2"],
            _server.Requests.Select(request => request.Target));
        Assert.Null(options.StartingAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk_test 1")]
    [InlineData("sk_test_1\n")]
    public void A_key_that_is_none_is_refused(string key) =>
        Assert.Throws<ArgumentException>(() => new StripeClient(new StripeClientOptions { ApiKey = key }));
}

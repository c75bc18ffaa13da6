using Payments.EndToEnd.Harness;

namespace Payments.EndToEnd;

/// <summary>A silo whose providers' addresses nobody listens on.</summary>
public sealed class UnreachableProviderTests(UnreachableProviderTests.Unreachable deployment) : IClassFixture<UnreachableProviderTests.Unreachable>
{
    [Fact]
    public async Task A_payment_waits_as_pending_and_is_cancelled_without_the_provider()
    {
        var merchant = deployment.Merchant;
        var payment = merchant.NewPayment();
        (await merchant.SendCreateAsync(payment)).Is(202, payment.Accepted("INITIATED"));
        (await merchant.RestAsync(payment)).Is(202, payment.Accepted("PENDING"));
        (await merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(merchant, payment);
        Assert.Null(await deployment.Sandbox.HistoryAsync(payment));
    }

    [Fact]
    public async Task A_payment_request_cannot_be_created_and_the_caller_hears_it_in_time()
    {
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(500, (await deployment.Payhub.SendCreateAsync()).Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    /// <summary>The deployment: webhooks reach the sandbox, provider calls do not.</summary>
    public sealed class Unreachable : SqliteDeployment
    {
        /// <inheritdoc />
        protected override IEnumerable<KeyValuePair<string, string>> MoreSettings =>
        [
            new("Payments:Stripe:ApiBase", "http://127.0.0.1:9"),
            new("Payments:Klarna:BaseUrl", "http://127.0.0.1:9"),
        ];
    }
}

using Payments.Grains.Payment;
using Payments.Grains.Refunds;
using Payments.Grains.Tests.Payment;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

/// <summary>What is not durable is not sent (design §2.2). Cancels have theirs beside the rest of a cancel.</summary>
[Collection(SharedSilo.Name)]
public sealed class WriteAheadTests(TestSilo silo)
{
    [Fact]
    public async Task A_capture_whose_first_write_fails_never_reaches_the_provider()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var capture = Sample.CaptureBy(silo.StateOf(id).MerchantId);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.NotWritten);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(id).CaptureAsync(capture));

        Assert.Equal("", intent.Calls);
        Assert.Equal(PaymentStatus.Authorized, silo.StateOf(id).Status);
        Assert.Equal(CapturePaymentOutcome.Accepted, (await silo.Payment(id).CaptureAsync(capture)).Outcome);
        Assert.Equal("Capture", intent.Calls);
        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_refund_whose_first_write_fails_never_reaches_the_provider()
    {
        var (id, intent) = silo.Created(Intent.Succeeded);
        var refundId = Guid.NewGuid();
        var refund = new RefundPayment(silo.StateOf(id).MerchantId, id, $"{id}", null, CancellationReason.Duplicate, null, "client");
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.NotWritten);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(id).RefundAsync(refundId, refund));

        Assert.Equal("", intent.Calls);
        Assert.Empty(silo.StateOf(id).Refunds);
        Assert.Equal(RefundPaymentOutcome.Accepted, (await silo.Payment(id).RefundAsync(refundId, refund)).Outcome);
        await silo.UntilAsync(id, static state => state is { Refunds: [{ Status: RefundState.Completed }] });
        Assert.Equal("Refund", intent.Calls);
    }
}

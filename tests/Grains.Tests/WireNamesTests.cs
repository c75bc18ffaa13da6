namespace Payments.Grains.Tests;

public sealed class WireNamesTests
{
    [Theory]
    [InlineData(PaymentStatus.Initiated, "INITIATED", "INITIATED")]
    [InlineData(PaymentStatus.Pending, "PENDING", "PENDING")]
    [InlineData(PaymentStatus.Processing, "PROCESSING", "PROCESSING")]
    [InlineData(PaymentStatus.AuthRequired, "AUTH_REQUIRED", "AUTH_REQUIRED")]
    [InlineData(PaymentStatus.Authorized, "AUTHORIZED", "AUTHORIZED")]
    [InlineData(PaymentStatus.Accepted, "ACCEPTED", "ACCEPTED")]
    [InlineData(PaymentStatus.CaptureInitialized, "CAPTURE_INITIALIZED", "CAPTURE_INITIALIZED")]
    [InlineData(PaymentStatus.Completed, "COMPLETED", "COMPLETED")]
    [InlineData(PaymentStatus.Failed, "FAILED", "FAILED")]
    [InlineData(PaymentStatus.CancelInitialized, "CANCEL_INITIALIZED", "CANCEL_INITIALIZED")]
    [InlineData(PaymentStatus.Cancelled, "CANCELLED", "CANCELED")]
    [InlineData(PaymentStatus.CancelFailed, "CANCEL_FAILED", "CANCEL_FAILED")]
    public void Payment_and_allocation_are_spelled_as_the_contract_does(PaymentStatus status, string payment, string allocation)
    {
        Assert.Equal(payment, status.ToWire());
        Assert.Equal(allocation, status.ToAllocation().ToWire());
    }

    [Fact]
    public void Every_status_of_a_payment_has_one_of_its_allocation_with_the_same_number_and_a_name()
    {
        Assert.Equal(
            Enum.GetValues<PaymentStatus>().Select(status => (int)status).Append((int)AllocationStatus.RolledBack),
            Enum.GetValues<AllocationStatus>().Select(status => (int)status));
        Assert.Equal("ROLLED_BACK", AllocationStatus.RolledBack.ToWire());
        Assert.Equal(Enum.GetValues<PaymentStatus>().Length, Enum.GetValues<PaymentStatus>().Select(status => status.ToWire()).Distinct().Count());
        Assert.Equal(
            Enum.GetValues<AllocationStatus>().Length,
            Enum.GetValues<AllocationStatus>().Select(status => status.ToWire()).Distinct().Count());
    }

    [Fact]
    public void A_number_that_is_no_status_has_no_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ((PaymentStatus)99).ToWire());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((AllocationStatus)99).ToWire());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((CancellationReason)99).ToWire());
    }

    [Theory]
    [InlineData("DUPLICATE", CancellationReason.Duplicate)]
    [InlineData("FRAUDULENT", CancellationReason.Fraudulent)]
    [InlineData("REQUESTED_BY_CUSTOMER", CancellationReason.RequestedByCustomer)]
    [InlineData("ABANDONED", CancellationReason.Abandoned)]
    public void The_seeds_four_reasons_are_read_and_written(string text, CancellationReason reason)
    {
        Assert.True(WireNames.TryParseReason(text, out var parsed));
        Assert.Equal((reason, text), (parsed, reason.ToWire()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("duplicate")]
    [InlineData(" DUPLICATE")]
    [InlineData("0")]
    [InlineData("CCG_AUTOMATED_CANCEL")]
    public void Nothing_else_is_a_reason(string? text) => Assert.False(WireNames.TryParseReason(text, out _));

    [Fact]
    public void Every_reason_of_a_merchant_is_read_back_from_its_name()
    {
        var merchants = Enum.GetValues<CancellationReason>().Except([CancellationReason.AutomatedCancel]).ToList();
        Assert.All(merchants, reason => Assert.True(WireNames.TryParseReason(reason.ToWire(), out var parsed) && parsed == reason));
        Assert.Equal(merchants.Select(static reason => reason.ToWire()), WireNames.Reasons);
        Assert.Equal("CCG_AUTOMATED_CANCEL", CancellationReason.AutomatedCancel.ToWire());
    }
}

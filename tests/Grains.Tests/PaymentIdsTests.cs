using Payments.Grains.Tests.Payment;

namespace Payments.Grains.Tests;

public sealed class PaymentIdsTests
{
    /// <summary>Computed by another program: SHA-256 over kind, scope and name, first 16 bytes, version and variant set. They must never change:
    /// a merchant that repeats its create after an upgrade must meet the payment that it made before.</summary>
    [Theory]
    [InlineData("preauth-20260404-001", "780e8272-bbda-4728-87df-3b2be002b1f0")]
    [InlineData("order-1", "4ecbe906-bb1d-4937-bf80-35434ad53ff7")]
    [InlineData("", "983bf897-1fe6-4c25-b149-39c91b7a2f6c")]
    [InlineData("ünïcødé-😀", "80b9bb9c-f5b7-43dd-ad50-a82e431c5af7")]
    public void The_id_of_a_transaction_never_changes(string transaction, string id) =>
        Assert.Equal(new Guid(id), PaymentIds.ForTransaction(Sample.Merchant, transaction));

    [Theory]
    [InlineData(0, "f99d2935-4ff2-4203-a960-519f47e0f033")]
    [InlineData(1, "e2189b3f-1a46-4fda-bbd0-d494a6eedfe0")]
    public void The_id_of_an_allocation_never_changes(int index, string id) => Assert.Equal(new Guid(id), PaymentIds.ForAllocation(Sample.Id, index));

    [Fact]
    public void Every_id_has_the_form_of_a_version_4_uuid()
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = PaymentIds.ForTransaction(Sample.Merchant, $"order-{i}").ToString();
            Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
        }
    }

    [Fact]
    public void No_two_of_many_ids_are_alike_across_merchants_transactions_and_kinds()
    {
        var ids = new HashSet<Guid>();
        for (var i = 0; i < 5000; i++)
        {
            Assert.True(ids.Add(PaymentIds.ForTransaction(Sample.Merchant, $"{i}")));
            Assert.True(ids.Add(PaymentIds.ForTransaction(Sample.Stranger, $"{i}")));
            Assert.True(ids.Add(PaymentIds.ForAllocation(Sample.Merchant, i)));
        }
    }

    [Fact]
    public void Transactions_that_differ_in_case_or_white_space_are_different() => Assert.Equal(
        4, new[] { "a", "A", " a", "a\n" }.Select(transaction => PaymentIds.ForTransaction(Sample.Merchant, transaction)).Distinct().Count());
}

namespace Payments.Chaos.Checking;

/// <summary>Which of the two public contracts a merchant used.</summary>
internal enum Contract
{
    /// <summary><c>/v2/payments</c>.</summary>
    Payments,

    /// <summary><c>/api/payhub/v1/payment/request</c>.</summary>
    Payhub,
}

/// <summary>What a merchant knows of a payment or a payment request before anybody has answered.</summary>
/// <param name="Reference">The merchant's own id of it: <c>merchantTransactionId</c>, or Payhub's description.</param>
/// <param name="Contract">The contract it was created with.</param>
/// <param name="Merchant">Whose it is.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="Source">Value of <c>X-Source</c>, which the webhook repeats.</param>
internal sealed record Order(string Reference, Contract Contract, Guid Merchant, long AmountMinor, string Source);

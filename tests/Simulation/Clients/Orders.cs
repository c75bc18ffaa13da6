namespace Payments.Simulation.Clients;

/// <summary>What a merchant did with one order and was told about it: all that a caller can hold against the service.</summary>
internal abstract class Order(Guid merchantId)
{
    public Guid MerchantId => merchantId;

    /// <summary>A create was answered with 2xx.</summary>
    public bool IsPromised { get; set; }

    /// <summary>Cancels of its own merchant that were sent.</summary>
    public int CancelsSent { get; set; }

    /// <summary>When cancels were answered with 2xx, in true time.</summary>
    public List<DateTimeOffset> CancelsAccepted { get; } = [];

    /// <summary>What callers saw that must not be.</summary>
    public List<string> Complaints { get; } = [];
}

/// <summary>An order that is paid by card or bank debit.</summary>
internal sealed class PaymentOrder(Guid merchantId, string transactionId, long amountMinor, string method, bool authorizeOnly) : Order(merchantId)
{
    public Guid Id { get; } = PaymentIds.ForTransaction(merchantId, transactionId);

    public string TransactionId => transactionId;

    public long AmountMinor => amountMinor;

    /// <summary>The payment method, as the provider names it.</summary>
    public string Method => method;

    public bool AuthorizeOnly => authorizeOnly;

    /// <summary>Most that a capture was sent with.</summary>
    public bool IsCaptureSent { get; set; }

    public bool IsCaptureAccepted { get; set; }

    /// <summary>Refunds that were answered with 2xx.</summary>
    public List<Guid> RefundsAccepted { get; } = [];

    public int RefundsSent { get; set; }

    /// <summary>The second card of a split tender, as the provider names it; else null.</summary>
    public string? SecondMethod { get; init; }

    public bool IsSplit => SecondMethod is not null;

    public override string ToString() => $"payment {Id} ({method}{(IsSplit ? $" and {SecondMethod}" : "")}{(authorizeOnly ? ", hold" : "")})";
}

/// <summary>An order that is paid by Klarna.</summary>
internal sealed class KlarnaOrder(Guid merchantId, long amountMinor, bool isInStore) : Order(merchantId)
{
    public long AmountMinor => amountMinor;

    /// <summary>Whether the customer pays at a till.</summary>
    public bool IsInStore => isInStore;

    /// <summary>Refunds that were asked for, by command, and whether they were answered with success.</summary>
    public Dictionary<string, bool> Refunds { get; } = [];

    /// <summary>The payment request's id, once the merchant was told.</summary>
    public long? Id { get; set; }

    public override string ToString() => $"payment request {Id}";
}

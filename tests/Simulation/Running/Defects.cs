namespace Payments.Simulation.Running;

/// <summary>Ways to break a world on purpose. No service could be right in such a world: the checker has to say so, or it is worth nothing.</summary>
[Flags]
internal enum Defects
{
    None = 0,

    /// <summary>Any write replaces any row.</summary>
    DatabaseIgnoresTags = 1,

    /// <summary>Once in a while a commit is acknowledged and gone.</summary>
    DatabaseLosesWrites = 2,

    /// <summary>The provider does not know idempotency keys.</summary>
    ProviderIgnoresKeys = 4,

    /// <summary>The provider takes the money of an intent that it has just cancelled.</summary>
    ProviderChargesCancelled = 8,

    /// <summary>Somebody else refunds what was cancelled by a refund, once more.</summary>
    ProviderReversesTwice = 16,

    /// <summary>The sender says that webhooks were delivered that never left.</summary>
    SenderSwallows = 32,

    /// <summary>The sender lets later webhooks overtake.</summary>
    SenderReorders = 64,

    /// <summary>The edge hands merchants' commands on under another merchant's name.</summary>
    EdgeMixesMerchants = 128,

    /// <summary>Nobody looks for what is due.</summary>
    NobodyScans = 256,
}

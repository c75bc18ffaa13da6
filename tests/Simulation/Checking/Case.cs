using System.Text.Json;
using Payments.Grains;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Simulation.Clients;
using Payments.Simulation.Database;
using Payments.Simulation.Merchants;
using Payments.Simulation.Providers;
using Payments.Storage.Rows;

namespace Payments.Simulation.Checking;

/// <summary>Everything that is known of one payment: what was asked and answered, what is stored and was, what happened at the provider, what arrived
/// at the merchant.</summary>
/// <param name="Order">The merchant's side.</param>
/// <param name="State">The row now, or null.</param>
/// <param name="Log">Every version of the row.</param>
/// <param name="Intents">The provider's side.</param>
/// <param name="Merchant">Whose it is.</param>
/// <param name="Receptions">Webhooks about it, as they arrived.</param>
/// <param name="PeaceSince">Since when nothing went wrong any more.</param>
internal sealed record PaymentCase(
    PaymentOrder Order,
    PaymentState? State,
    IReadOnlyList<Commit> Log,
    IReadOnlyList<StripeIntent> Intents,
    SimulatedMerchant Merchant,
    IReadOnlyList<Reception> Receptions,
    DateTimeOffset PeaceSince)
{
    /// <summary>A trail of this length has lost its middle, by design.</summary>
    private const int EntriesMax = 64;

    public bool HasWholeTrail => State is { Audit.Length: < EntriesMax } state && state.Allocations.All(static allocation => allocation.Audit.Length < EntriesMax);

    public Violation Broken(string invariant, string what) => new(invariant, Order.ToString(), what);

    /// <summary>When it became what it is.</summary>
    public DateTimeOffset? Since(PaymentStatus status) => Log.FirstOrDefault(commit => commit.Write.Status == status.ToWire())?.At;
}

/// <summary>Everything that is known of one payment request.</summary>
/// <param name="Order">The merchant's side; null when the create was never answered.</param>
/// <param name="Key">Its id.</param>
/// <param name="State">The row now.</param>
/// <param name="Log">Every version of the row.</param>
/// <param name="Requests">Klarna's side.</param>
internal sealed record RequestCase(
    KlarnaOrder? Order, long Key, PaymentRequestState? State, IReadOnlyList<Commit> Log, IReadOnlyList<KlarnaRequest> Requests)
{
    public Violation Broken(string invariant, string what) => new(invariant, $"payment request {Key}", what);
}

/// <summary>Reads stored documents as the service does.</summary>
internal static class Documents
{
    public static T Read<T>(RowWrite write) => JsonSerializer.Deserialize<T>(write.Document, GrainStateJson.Options)!;
}

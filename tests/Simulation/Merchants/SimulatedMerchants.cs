using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Providers;

namespace Payments.Simulation.Merchants;

/// <summary>All merchants of a run.</summary>
internal sealed class SimulatedMerchants : IMerchants
{
    private const int Count = 4;

    private readonly Dictionary<Guid, SimulatedMerchant> byId;

    public SimulatedMerchants(World world, FaultPlan faults)
    {
        All = [.. Enumerable.Range(1, Count).Select(number => new SimulatedMerchant(
            number,
            number == 1 || faults.Rate == 0 ? Temper.Well : TemperOf(world, faults),
            world.Between(TimeSpan.FromMinutes(1), TimeSpan.FromHours(40))))];
        byId = All.ToDictionary(static merchant => merchant.Id);
    }

    public IReadOnlyList<SimulatedMerchant> All { get; }

    public SimulatedMerchant this[Guid id] => byId[id];

    public PaymentMethod? FindPaymentMethod(Guid merchantId, Guid paymentMethodId) =>
        byId.ContainsKey(merchantId) ? PaymentMethods.Find(paymentMethodId) : null;

    public WebhookEndpoint? FindWebhookEndpoint(Guid merchantId) => byId.GetValueOrDefault(merchantId)?.Endpoint;

    private static Temper TemperOf(World world, FaultPlan faults)
    {
        var temper = world.Chance(0.5) ? Temper.Well : world.Pick(Enum.GetValues<Temper>());
        var isKnown = temper switch
        {
            Temper.Hangs => faults.Knows(Fault.MerchantHangs),
            Temper.Fails or Temper.Dead => faults.Knows(Fault.MerchantFails),
            Temper.Gone => faults.Knows(Fault.MerchantGone),
            _ => true,
        };
        return isKnown ? temper : Temper.Well;
    }
}

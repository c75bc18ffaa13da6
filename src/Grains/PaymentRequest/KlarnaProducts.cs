using System.Collections.Frozen;
using Payments.Grains.Ports;

namespace Payments.Grains.PaymentRequest;

/// <summary>Klarna's products by name: a request is always dealt with in the one that it was created in.</summary>
public sealed class KlarnaProducts
{
    private readonly FrozenDictionary<KlarnaProduct, IKlarnaPaymentRequests> adapters;

    /// <summary>Collects the adapters.</summary>
    /// <exception cref="InvalidOperationException">A product has none, or two.</exception>
    public KlarnaProducts(IEnumerable<IKlarnaPaymentRequests> adapters)
    {
        this.adapters = adapters.GroupBy(static adapter => adapter.Product).ToFrozenDictionary(static group => group.Key, static group => group.Single());
        foreach (var product in Enum.GetValues<KlarnaProduct>())
        {
            if (!this.adapters.ContainsKey(product))
                throw new InvalidOperationException($"Nothing speaks to Klarna's {product}.");
        }
    }

    /// <summary>The adapter of a product.</summary>
    public IKlarnaPaymentRequests Of(KlarnaProduct product) => adapters[product];
}

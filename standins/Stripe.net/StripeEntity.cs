using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Something that an answer decodes to.</summary>
public interface IStripeEntity
{
    /// <summary>The answer it was decoded from; null for an object inside another.</summary>
    StripeResponse? StripeResponse { get; set; }
}

/// <inheritdoc cref="IStripeEntity"/>
public abstract class StripeEntity : IStripeEntity
{
    /// <inheritdoc/>
    [JsonIgnore]
    public StripeResponse? StripeResponse { get; set; }
}

/// <summary>An entity with an id, which lists page by.</summary>
public interface IHasId
{
    /// <summary>Stripe's id.</summary>
    string? Id { get; set; }
}

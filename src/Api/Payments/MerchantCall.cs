using Microsoft.AspNetCore.Http;

namespace Payments.Api.Payments;

/// <summary>Who calls, as far as <see cref="MerchantCallFilter"/> has verified it.</summary>
/// <param name="MerchantId">The merchant, allowed by the token.</param>
/// <param name="Source"><c>X-Source</c>, or null.</param>
/// <param name="Actor">The token's client, for the audit trail.</param>
internal sealed record MerchantCall(Guid MerchantId, string? Source, string Actor)
{
    /// <summary>The verified caller of a request that passed the filter.</summary>
    public static MerchantCall Of(HttpContext context) =>
        context.Features.Get<MerchantCall>() ?? throw new InvalidOperationException("This route lacks its caller filter.");
}

using Microsoft.AspNetCore.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>Who calls, as far as <see cref="ApiKeyFilter"/> has verified it.</summary>
/// <param name="MerchantId">The merchant that the API key belongs to.</param>
/// <param name="Actor">The key's name, for the audit trail.</param>
internal sealed record PayhubCall(Guid MerchantId, string Actor)
{
    /// <summary>The verified caller of a request that passed the filter.</summary>
    public static PayhubCall Of(HttpContext context) =>
        context.Features.Get<PayhubCall>() ?? throw new InvalidOperationException("This route lacks its caller filter.");
}

using Microsoft.Extensions.Options;

namespace Payments.Api.Authentication;

/// <summary>Stops the host at start when merchants or keys are ambiguous: a key must lead to one merchant.</summary>
internal sealed class MerchantsOptionsValidator(IOptions<PaymentsApiOptions> api) : IValidateOptions<MerchantsOptions>
{
    public ValidateOptionsResult Validate(string? name, MerchantsOptions options)
    {
        var ids = new HashSet<Guid>();
        var digests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var merchant in options.Merchants)
        {
            if (merchant.Id == Guid.Empty || !ids.Add(merchant.Id))
                return Fail($"merchant '{merchant.Name}' needs an id of its own.");
            foreach (var key in merchant.ApiKeys)
            {
                if (!ApiKey.TryDigest(key, out var digest))
                    return Fail($"merchant '{merchant.Name}' has an empty API key or one that is not sha256: and 64 hex digits.");
                if (!ApiKey.IsDigest(key) && api.Value.Environment == ApiEnvironment.Production)
                    return Fail($"merchant '{merchant.Name}' has an API key in clear; production takes sha256: digests only.");
                if (!digests.Add(Convert.ToHexString(digest)))
                    return Fail($"an API key of merchant '{merchant.Name}' is given twice.");
            }
        }
        return ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult Fail(string reason) => ValidateOptionsResult.Fail($"Payments:Merchants: {reason}");
}

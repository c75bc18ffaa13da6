using Microsoft.Extensions.Options;

namespace Payments.Api.Authentication;

/// <summary>Stops the host at start rather than let it trust the wrong issuer, or none.</summary>
internal sealed class AuthOptionsValidator(IOptions<PaymentsApiOptions> api) : IValidateOptions<AuthOptions>
{
    private const int KeyBytesMin = 32;

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var hasAuthority = !string.IsNullOrWhiteSpace(options.Authority);
        var hasKey = !string.IsNullOrWhiteSpace(options.DevelopmentSigningKey);
        if (hasAuthority == hasKey)
            return Fail($"give either {nameof(options.Authority)} or {nameof(options.DevelopmentSigningKey)}.");
        if (string.IsNullOrWhiteSpace(options.Audience))
            return Fail($"{nameof(options.Audience)} is required.");
        if (hasKey && api.Value.Environment == ApiEnvironment.Production)
            return Fail($"{nameof(options.DevelopmentSigningKey)} is not allowed in production.");
        if (hasKey && !IsLongEnough(options.DevelopmentSigningKey!))
            return Fail($"{nameof(options.DevelopmentSigningKey)} must be base64 of {KeyBytesMin} bytes or more.");
        return ValidateOptionsResult.Success;
    }

    private static bool IsLongEnough(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) && count >= KeyBytesMin;
    }

    private static ValidateOptionsResult Fail(string reason) => ValidateOptionsResult.Fail($"{AuthOptions.Section}: {reason}");
}

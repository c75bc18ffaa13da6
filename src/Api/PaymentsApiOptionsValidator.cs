using Microsoft.Extensions.Options;
using Payments.Api.Http;

namespace Payments.Api;

/// <summary>Stops the host at start when the settings cannot work.</summary>
internal sealed class PaymentsApiOptionsValidator : IValidateOptions<PaymentsApiOptions>
{
    public ValidateOptionsResult Validate(string? name, PaymentsApiOptions options)
    {
        if (!Uri.TryCreate(options.PublicBaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return Fail($"{nameof(options.PublicBaseUrl)} must be an absolute http or https URL.");
        if (!Enum.IsDefined(options.Environment))
            return Fail($"{nameof(options.Environment)} must be {ApiEnvironment.NonProduction} or {ApiEnvironment.Production}.");

        var unknown = (options.PaymentCurrencies ?? []).Concat(options.PaymentRequestCurrencies ?? [])
            .FirstOrDefault(code => !Currency.TryFind(code, out _));
        return unknown is null ? ValidateOptionsResult.Success : Fail($"'{unknown}' is not an ISO 4217 currency code.");
    }

    private static ValidateOptionsResult Fail(string reason) => ValidateOptionsResult.Fail($"{PaymentsApiOptions.Section}: {reason}");
}

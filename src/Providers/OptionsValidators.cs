using Microsoft.Extensions.Options;

namespace Payments.Providers;

/// <summary>Checks <see cref="StripeOptions"/> when the host starts.</summary>
internal sealed class StripeOptionsValidator : IValidateOptions<StripeOptions>
{
    public ValidateOptionsResult Validate(string? name, StripeOptions options)
    {
        var check = new OptionsCheck(StripeOptions.SectionName);
        check.Endpoint(nameof(options.ApiBase), options.ApiBase, isLiveKey: options.ApiKey.Contains("_live_", StringComparison.Ordinal));
        check.Key(nameof(options.ApiKey), options.ApiKey);
        if (options.ReturnUrl is not null)
            check.Url(nameof(options.ReturnUrl), options.ReturnUrl);
        check.Range(nameof(options.SearchLimit), options.SearchLimit, 1, 100_000);
        check.Range(nameof(options.MaxConnections), options.MaxConnections, 1, 10_000);
        check.Range(nameof(options.ConnectionLifetime), options.ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        return check.Result;
    }
}

/// <summary>Checks <see cref="KlarnaOptions"/> when the host starts.</summary>
internal sealed class KlarnaOptionsValidator : IValidateOptions<KlarnaOptions>
{
    public ValidateOptionsResult Validate(string? name, KlarnaOptions options)
    {
        var check = new OptionsCheck(KlarnaOptions.SectionName);
        check.Endpoint(nameof(options.BaseUrl), options.BaseUrl, isLiveKey: options.ApiKey.Contains("_live_", StringComparison.Ordinal));
        check.Key(nameof(options.ApiKey), options.ApiKey);
        if (options.ReturnUrl is not null)
            check.Url(nameof(options.ReturnUrl), options.ReturnUrl);
        if (options.ClassicBaseUrl is { } classic)
            check.Endpoint(nameof(options.ClassicBaseUrl), classic, isLiveKey: options.ApiKey.Contains("_live_", StringComparison.Ordinal));
        if (options.DefaultCountry is not { Length: 2 } country || !country.All(char.IsAsciiLetterUpper))
            check.Fail(nameof(options.DefaultCountry), "must be two upper case letters");
        if (options.InteractionExpiry is { } expiry)
            check.Range(nameof(options.InteractionExpiry), expiry, TimeSpan.FromMinutes(15), TimeSpan.FromHours(48));
        check.Range(nameof(options.MaxConnections), options.MaxConnections, 1, 10_000);
        check.Range(nameof(options.ConnectionLifetime), options.ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        return check.Result;
    }
}

/// <summary>Checks <see cref="WebhookSenderOptions"/> when the host starts.</summary>
internal sealed class WebhookSenderOptionsValidator : IValidateOptions<WebhookSenderOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookSenderOptions options)
    {
        var check = new OptionsCheck(WebhookSenderOptions.SectionName);
        check.Range(nameof(options.MaxConnectionsPerEndpoint), options.MaxConnectionsPerEndpoint, 1, 1_000);
        check.Range(nameof(options.ConnectionLifetime), options.ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        return check.Result;
    }
}

/// <summary>Collects what is wrong with one section. Names settings, never values: one of them is a key.</summary>
internal sealed class OptionsCheck(string section)
{
    private readonly List<string> _failures = [];

    /// <summary>What was found.</summary>
    public ValidateOptionsResult Result => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    /// <summary>A provider's base URL. A live key moves real money and does not travel in clear text.</summary>
    public void Endpoint(string setting, string? value, bool isLiveKey)
    {
        if (Url(setting, value) is { } url && isLiveKey && url.Scheme != Uri.UriSchemeHttps)
            Fail(setting, "must be https with a live key");
    }

    /// <summary>An absolute http(s) URL.</summary>
    public Uri? Url(string setting, string? value)
    {
        if (Uri.TryCreate(value, UriKind.Absolute, out var url)
            && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" })
        {
            return url;
        }

        Fail(setting, "must be an absolute http or https URL without credentials, query and fragment");
        return null;
    }

    /// <summary>A key: it goes into a header as it is.</summary>
    public void Key(string setting, string? value)
    {
        if (string.IsNullOrEmpty(value))
            Fail(setting, "is missing");
        else if (value.Any(character => character is <= ' ' or > '~'))
            Fail(setting, "contains a character that no key contains");
    }

    /// <summary>A value between two others, both included.</summary>
    public void Range<T>(string setting, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            Fail(setting, FormattableString.Invariant($"must be between {min} and {max}"));
    }

    /// <summary>Anything else that is wrong.</summary>
    public void Fail(string setting, string problem) => _failures.Add($"{section}:{setting} {problem}.");
}

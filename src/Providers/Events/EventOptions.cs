using Microsoft.Extensions.Options;

namespace Payments.Providers;

/// <summary>How Stripe's events are verified. Configuration section <c>Payments:Stripe</c>, apart from <see cref="StripeOptions"/>: a
/// process that only serves the API has these and no API key.</summary>
public sealed class StripeEventOptions
{
    /// <summary>The endpoint's signing secrets, <c>whsec_…</c>: one, or more during rotation. Never logged. Without any no event is
    /// taken.</summary>
    public IReadOnlyList<string>? WebhookSecrets { get; set; }
}

/// <summary>How Klarna's events are verified. Configuration section <c>Payments:Klarna</c>.</summary>
public sealed class KlarnaEventOptions
{
    /// <summary>The signing keys: one, or more during rotation. Without any no event is taken.</summary>
    public IReadOnlyList<KlarnaWebhookKey>? WebhookKeys { get; set; }
}

/// <summary>One of Klarna's signing keys.</summary>
public sealed class KlarnaWebhookKey
{
    /// <summary>Its id, as the header <c>Klarna-Signing-Key-Id</c> names it.</summary>
    public string Id { get; set; } = "";

    /// <summary>The key, which Klarna shows once. Never logged.</summary>
    public string Secret { get; set; } = "";
}

/// <summary>Checks <see cref="StripeEventOptions"/> when the host starts.</summary>
internal sealed class StripeEventOptionsValidator : IValidateOptions<StripeEventOptions>
{
    /// <summary>Every secret costs a hash per request, also for requests of strangers.</summary>
    public const int SecretsMax = 8;

    private const string Prefix = "whsec_";

    public ValidateOptionsResult Validate(string? name, StripeEventOptions options)
    {
        var check = new OptionsCheck(StripeOptions.SectionName);
        var secrets = options.WebhookSecrets ?? [];
        check.Range($"{nameof(options.WebhookSecrets)}:Count", secrets.Count, 0, SecretsMax);
        for (var i = 0; i < secrets.Count; i++)
        {
            var setting = $"{nameof(options.WebhookSecrets)}:{i}";
            check.Key(setting, secrets[i]);
            if (secrets[i] is { Length: > 0 } secret
                && (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length < Prefix.Length + 16))
                check.Fail(setting, "must be whsec_ and at least 16 characters");
        }

        return check.Result;
    }
}

/// <summary>Checks <see cref="KlarnaEventOptions"/> when the host starts.</summary>
internal sealed class KlarnaEventOptionsValidator : IValidateOptions<KlarnaEventOptions>
{
    // Klarna's own limit per account (api-facts §4.4).
    private const int KeysMax = 50;
    private const int SecretLengthMin = 16;

    public ValidateOptionsResult Validate(string? name, KlarnaEventOptions options)
    {
        var check = new OptionsCheck(KlarnaOptions.SectionName);
        var keys = options.WebhookKeys ?? [];
        check.Range($"{nameof(options.WebhookKeys)}:Count", keys.Count, 0, KeysMax);
        for (var i = 0; i < keys.Count; i++)
        {
            var setting = $"{nameof(options.WebhookKeys)}:{i}";
            check.Key($"{setting}:{nameof(KlarnaWebhookKey.Id)}", keys[i].Id);
            check.Key($"{setting}:{nameof(KlarnaWebhookKey.Secret)}", keys[i].Secret);
            if (keys[i].Secret is { Length: > 0 and < SecretLengthMin })
                check.Fail($"{setting}:{nameof(KlarnaWebhookKey.Secret)}", $"must be at least {SecretLengthMin} characters");
            if (keys.Take(i).Any(other => other.Id == keys[i].Id))
                check.Fail($"{setting}:{nameof(KlarnaWebhookKey.Id)}", "is given twice");
        }

        return check.Result;
    }
}

using System.Collections.Frozen;
using Payments.Grains.Ports;
using Stripe;

namespace Payments.Providers;

/// <summary>What Stripe's errors mean for a payment (api-facts §3.1, §3.4). A refusal is only what Stripe itself says about the object
/// or the money; a status without Stripe's error body comes from something in between and refuses nothing.</summary>
internal static class StripeFailures
{
    /// <summary>The intent is in a state that forbids the operation; the error carries it.</summary>
    public const string UnexpectedState = "payment_intent_unexpected_state";

    private const string ResourceMissing = "resource_missing";

    // Codes of HTTP 400 that a customer or a merchant can cause. Every other 400 is our own mistake.
    private static readonly FrozenSet<string> BusinessCodes = new[]
    {
        UnexpectedState,
        ResourceMissing,
        "amount_too_large",
        "amount_too_small",
        "bank_account_unusable",
        "charge_already_refunded",
        "charge_disputed",
        "insufficient_funds",
        "payment_intent_incompatible_payment_method",
        "payment_method_invalid_parameter",
        "payment_method_unactivated",
        "payment_method_unexpected_state",
        "refund_disputed_payment",
    }.ToFrozenSet();

    /// <summary>What a failed call about an intent means.</summary>
    /// <param name="exception">The error as answered.</param>
    /// <param name="expectedId">The intent that was asked about, or null for a new one; another's state is not taken for its.</param>
    /// <param name="time">For <c>Retry-After</c> dates.</param>
    public static ProviderResult<PaymentIntentSnapshot> OfIntent(StripeException exception, string? expectedId, TimeProvider time)
    {
        var current = StripeSnapshots.TryRead(exception.StripeError?.PaymentIntent);
        if (expectedId is not null && current?.Id != expectedId)
            current = null;
        return Of(exception, current, time);
    }

    /// <summary>What a failed change of an intent means: a wrong state that is not told settles nothing.</summary>
    /// <inheritdoc cref="OfIntent"/>
    public static ProviderResult<PaymentIntentSnapshot> OfChange(StripeException exception, string expectedId, TimeProvider time) =>
        OfIntent(exception, expectedId, time) switch
        {
            // It may be done already. Stripe has stored this answer under the key, as it does a 5xx: the next try needs a new one.
            ProviderResult<PaymentIntentSnapshot>.Refused { Code: UnexpectedState, Current: null } =>
                new ProviderResult<PaymentIntentSnapshot>.Unknown(ProviderUncertainty.ServerError, $"{UnexpectedState} without the intent"),
            var other => other,
        };

    /// <summary>What a failed cancel means: "already canceled" is success.</summary>
    /// <inheritdoc cref="OfIntent"/>
    public static ProviderResult<PaymentIntentSnapshot> OfCancel(StripeException exception, string expectedId, TimeProvider time) =>
        OfChange(exception, expectedId, time) switch
        {
            ProviderResult<PaymentIntentSnapshot>.Refused { Current: { Status: PaymentIntentStatus.Canceled } current } =>
                new ProviderResult<PaymentIntentSnapshot>.Success(current),
            var other => other,
        };

    /// <summary>What a failed call means.</summary>
    /// <param name="exception">The error as answered.</param>
    /// <param name="current">The provider's object, when the error carried it.</param>
    /// <param name="time">For <c>Retry-After</c> dates.</param>
    public static ProviderResult<T> Of<T>(StripeException exception, T? current, TimeProvider time)
    {
        var error = exception.StripeError;
        switch ((int)exception.HttpStatusCode)
        {
            case >= 200 and <= 299:
                return Unknown(ProviderUncertainty.ConnectionLost);
            case 400 when error is { Code: { } code } && error.Type != "idempotency_error" && BusinessCodes.Contains(code):
            case 404 when error is { Code: ResourceMissing }:
                return new ProviderResult<T>.Refused(error.Code, SafeText.Clean(error.Message), current);
            case 402 when error is not null:
                return new ProviderResult<T>.Refused(error.Code ?? error.Type ?? "card_error", SafeText.Clean(error.Message), current);
            case 408:
                return Unknown(ProviderUncertainty.Timeout);
            case 409:
                return Unknown(ProviderUncertainty.KeyInUse);
            case 429:
                return Unknown(ProviderUncertainty.RateLimited);

            // 424: something that Stripe depends on failed; as with a 5xx, the request may have had effects.
            case 424 or >= 500:
                return Unknown(ProviderUncertainty.ServerError);
            default:
                return Unknown(ProviderUncertainty.Misconfigured);
        }

        ProviderResult<T>.Unknown Unknown(ProviderUncertainty cause) =>
            new(cause, Describe(exception), RetryAfter.Of(exception.StripeResponse?.Headers, time));
    }

    /// <summary>Status, type, code, parameter and Stripe's request id. Not the message: that of a 401 quotes the key, that of an
    /// undecodable answer the whole body.</summary>
    private static string Describe(StripeException exception)
    {
        var status = (int)exception.HttpStatusCode;
        if (status == 0)
            return "Stripe.net refused to send it";
        var text = exception.StripeError is { } error
            ? $"HTTP {status} {string.Join(' ', new[] { error.Type, error.Code, error.Param }.Where(part => !string.IsNullOrEmpty(part)))}"
            : $"HTTP {status} without a body of Stripe's";
        var request = exception.StripeResponse?.RequestId;
        return SafeText.Clean(request is null ? text : $"{text}, request {request}");
    }
}

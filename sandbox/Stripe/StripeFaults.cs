namespace Payments.Sandbox;

/// <summary>What the faults on order answer in Stripe's words.</summary>
internal static class StripeFaults
{
    /// <summary>The answer that takes the place of the operation, null when the operation runs.</summary>
    public static StripeResult? Answer(FaultRule? rule, string key, IntentRecord? intent) => rule?.Kind switch
    {
        FaultKind.Refuse => new StripeResult(rule.StatusCode ?? StatusCodes.Status400BadRequest,
            new StripeFailure(StripeFailure.InvalidRequest, "The request was refused on order.",
                rule.Code ?? "payment_intent_invalid_parameter", Intent: intent)),
        FaultKind.LockTimeout => TooMany("lock_timeout", "This object cannot be accessed right now because another API request or Stripe " +
            "process is currently accessing it. If you see this error intermittently, retry the request.") with { ShouldRetry = true },
        FaultKind.RateLimit => TooMany("rate_limit", "Request rate limit exceeded.") with
        {
            RateLimitedReason = "endpoint-rate",
            RetryAfterSeconds = rule.RetryAfterSeconds,
        },
        FaultKind.IdempotencyInUse => InUse(key),
        FaultKind.Error500 when rule.Phase == FaultPhase.Before => StripeResult.ServerError(),
        FaultKind.Status => new StripeResult(rule.StatusCode!.Value,
            new StripeFailure(StripeFailure.ApiError, "Answered on order.", rule.Code), IsStored: false)
        {
            RetryAfterSeconds = rule.RetryAfterSeconds,
            RawBody = rule.Body,
        },
        _ => null,
    };

    public static StripeResult InUse(string key) => new(StatusCodes.Status409Conflict, new StripeFailure(StripeFailure.InvalidRequest,
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the " +
        $"other request is still going through): {key}. Please try again later.", "idempotency_key_in_use"), IsStored: false);

    public static StripeResult OtherPath(string key, string first, string now) => Misuse(
        $"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{first}' vs '{now}'). " +
        $"Try using a key other than '{key}' if you meant to execute a different request.");

    public static StripeResult OtherParameters(string key) => Misuse(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. " +
        $"Try using a key other than '{key}' if you meant to execute a different request.");

    private static StripeResult Misuse(string message) =>
        new(StatusCodes.Status400BadRequest, new StripeFailure(StripeFailure.IdempotencyError, message), IsStored: false);

    private static StripeResult TooMany(string code, string message) =>
        new(StatusCodes.Status429TooManyRequests, new StripeFailure(StripeFailure.InvalidRequest, message, code), IsStored: false);
}

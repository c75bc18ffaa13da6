namespace Payments.Sandbox;

/// <summary>The <c>error</c> of a Stripe answer (https://docs.stripe.com/api/errors).</summary>
/// <param name="Type">api_error, card_error, idempotency_error or invalid_request_error.</param>
/// <param name="Message">For the developer.</param>
/// <param name="Code">Short code, where one is documented.</param>
/// <param name="Param">The parameter at fault.</param>
/// <param name="DeclineCode">The issuer's reason, for declined cards.</param>
/// <param name="Intent">The payment intent as it is now, where the error is about its state.</param>
/// <param name="Charge">Id of the failed charge.</param>
/// <param name="PaymentMethod">The payment method that failed.</param>
public sealed record StripeFailure(
    string Type,
    string Message,
    string? Code = null,
    string? Param = null,
    string? DeclineCode = null,
    IntentRecord? Intent = null,
    string? Charge = null,
    string? PaymentMethod = null)
{
    internal const string InvalidRequest = "invalid_request_error";
    internal const string CardError = "card_error";
    internal const string ApiError = "api_error";
    internal const string IdempotencyError = "idempotency_error";
    internal const string UnexpectedState = "payment_intent_unexpected_state";
}

/// <summary>One answer of the Stripe side: a status and an immutable object to render.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">An <see cref="IntentRecord"/>, <see cref="RefundRecord"/>, <see cref="StripeFailure"/> or a list.</param>
/// <param name="IsStored">Whether an idempotency key keeps it; false for what was refused before execution began.</param>
internal sealed record StripeResult(int Status, object Body, bool IsStored = true)
{
    /// <summary>Header <c>Stripe-Should-Retry</c>, where the answer advises one way or the other.</summary>
    public bool? ShouldRetry { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>Header <c>Stripe-Rate-Limited-Reason</c>.</summary>
    public string? RateLimitedReason { get; init; }

    /// <summary>A body given word for word by a status fault.</summary>
    public string? RawBody { get; init; }

    public static StripeResult Ok(object body) => new(StatusCodes.Status200OK, body);

    public static StripeResult Invalid(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, new StripeFailure(StripeFailure.InvalidRequest, message, code, param), IsStored: false);

    public static StripeResult Missing(string kind, string id, string param = "id") =>
        new(StatusCodes.Status404NotFound,
            new StripeFailure(StripeFailure.InvalidRequest, $"No such {kind}: '{id}'", "resource_missing", param), IsStored: false);

    /// <summary>The execution began and found the object in a state that does not allow it: stored, with the intent inside.</summary>
    public static StripeResult WrongState(string message, IntentRecord intent) =>
        new(StatusCodes.Status400BadRequest,
            new StripeFailure(StripeFailure.InvalidRequest, message, StripeFailure.UnexpectedState, Intent: intent));

    /// <summary>HTTP 500. Not worth a retry with the same key, which would only replay it.</summary>
    public static StripeResult ServerError(string message = "An unknown error occurred") =>
        new(StatusCodes.Status500InternalServerError, new StripeFailure(StripeFailure.ApiError, message)) { ShouldRetry = false };
}

/// <summary>A request that was refused before its execution began.</summary>
internal sealed class StripeRefusal(StripeResult result) : Exception
{
    public StripeResult Result => result;
}

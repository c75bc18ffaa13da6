using System.Net;

namespace Stripe;

/// <summary>An answer that is not a success, or none that can be understood.</summary>
public class StripeException : Exception
{
    /// <summary>A failure without an answer.</summary>
    public StripeException(string message)
        : base(message)
    {
    }

    /// <summary>A failure that Stripe answered.</summary>
    public StripeException(HttpStatusCode httpStatusCode, StripeError? stripeError, string message)
        : base(message)
    {
        HttpStatusCode = httpStatusCode;
        StripeError = stripeError;
    }

    /// <summary>HTTP status, 0 when there was no answer.</summary>
    public HttpStatusCode HttpStatusCode { get; set; }

    /// <summary>The decoded error, null when the body was not one.</summary>
    public StripeError? StripeError { get; set; }

    /// <summary>The answer itself.</summary>
    public StripeResponse? StripeResponse { get; set; }
}

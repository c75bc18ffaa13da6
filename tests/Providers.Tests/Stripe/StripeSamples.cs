using System.Collections.Immutable;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

/// <summary>Requests and answers, written out by hand as Stripe documents them.</summary>
internal static class StripeSamples
{
    public static readonly Guid PaymentId = new("770e8400-e29b-41d4-a716-446655440000");
    public static readonly Guid AllocationId = new("f99d2935-4ff2-4203-a960-519f47e0f033");
    public static readonly Guid MerchantId = new("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    public static readonly ProviderCall Call = new("770e8400:cancel:1", Deadline);

    public static NewPaymentIntent Card => new(
        PaymentId,
        MerchantId,
        25000,
        "USD",
        new PaymentMethod(Guid.Empty, PaymentMethodKind.Card, "pm_card", "cus_1"),
        AuthorizeOnly: true,
        Consent: null,
        "Order 1 & more",
        "ORDER1",
        ImmutableDictionary<string, string>.Empty.Add("orderId", "1"));

    public static NewPaymentIntent Bank(BankDebitConsent? consent) => Card with
    {
        Method = new PaymentMethod(Guid.Empty, PaymentMethodKind.BankAccount, "pm_bank", null),
        AuthorizeOnly = false,
        Consent = consent,
        Description = null,
        Metadata = ImmutableDictionary<string, string>.Empty,
    };

    public static string Intent(string status, string id = "pi_1", string metadata = "{}") =>
        $$"""
        {"id":"{{id}}","object":"payment_intent","amount":25000,"amount_capturable":0,"amount_received":0,"canceled_at":1795262400,
         "cancellation_reason":null,"created":1795262300,"currency":"usd","customer":null,"latest_charge":"ch_1","livemode":false,
         "last_payment_error":null,"metadata":{{metadata}},"payment_method":"pm_card","payment_method_types":["card"],"status":"{{status}}"}
        """;

    public static string Refund(string status, string id = "re_1", string metadata = "{}") =>
        $$"""
        {"id":"{{id}}","object":"refund","amount":25000,"charge":"ch_1","created":1795262300,"currency":"usd","metadata":{{metadata}},
         "payment_intent":"pi_1","reason":null,"status":"{{status}}"}
        """;

    public static string List(bool hasMore, params string[] items) =>
        $$"""{"object":"list","url":"/v1/any","has_more":{{(hasMore ? "true" : "false")}},"data":[{{string.Join(',', items)}}]}""";

    public static string Ours => $$"""{"payment_id":"{{PaymentId}}"}""";

    public static string Error(string type, string? code = null, string? intent = null, string message = "m")
    {
        var more = (code is null ? "" : $",\"code\":\"{code}\"") + (intent is null ? "" : $",\"payment_intent\":{intent}");
        return $$$"""{"error":{"type":"{{{type}}}","message":"{{{message}}}","doc_url":"https://stripe.com/docs/error-codes"{{{more}}}}}""";
    }

    public static string UnexpectedState(string? intent) => Error("invalid_request_error", "payment_intent_unexpected_state", intent);
}

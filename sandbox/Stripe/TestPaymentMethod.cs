using System.Collections.Frozen;

namespace Payments.Sandbox;

/// <summary>What confirming with a test payment method does.</summary>
internal enum MethodBehaviour
{
    /// <summary>A card that is charged or authorized at once.</summary>
    Succeeds,

    /// <summary>A card that the issuer declines.</summary>
    Declines,

    /// <summary>A card that wants the customer to authenticate first.</summary>
    Authenticates,

    /// <summary>A bank debit: processing first, settled or failed later.</summary>
    Debits,
}

/// <summary>
/// Stripe's documented test payment methods (https://docs.stripe.com/testing,
/// https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers). The matching <c>tok_…</c> ids work, too.
/// </summary>
internal sealed record TestPaymentMethod(string Id, string Type, MethodBehaviour Behaviour)
{
    public const string Card = "card";
    public const string BankAccount = "us_bank_account";

    /// <summary>The debit that never settles by itself.</summary>
    public const string StaysProcessing = "pm_usBankAccount_processing";

    private static readonly FrozenDictionary<string, TestPaymentMethod> s_all =
        Cards().Concat(BankAccounts()).ToFrozenDictionary(method => method.Id, StringComparer.Ordinal);

    /// <summary>Error code of the decline, or of the debit's failure when it should settle.</summary>
    public string? ErrorCode { get; init; }

    public string? DeclineCode { get; init; }

    public string? Message { get; init; }

    /// <summary>Whether the card is declined although the customer authenticated.</summary>
    public bool DeclinesAfterAuthentication { get; init; }

    /// <summary>Status that a refund to it starts with.</summary>
    public string RefundStatus { get; init; } = RefundRecord.Succeeded;

    /// <summary>Whether a refund that looked successful fails afterwards.</summary>
    public bool RefundFailsLater { get; init; }

    public static TestPaymentMethod? Find(string? id)
    {
        if (id is null)
            return null;
        if (id.StartsWith("tok_", StringComparison.Ordinal))
            id = $"pm_card_{id["tok_".Length..]}";
        return s_all.GetValueOrDefault(id);
    }

    private static IEnumerable<TestPaymentMethod> Cards()
    {
        string[] good =
        [
            "visa", "visa_debit", "mastercard", "mastercard_debit", "mastercard_prepaid", "amex", "discover", "diners", "jcb", "unionpay",
            "us", "threeDSecureOptional", "threeDSecureNotSupported", "bypassPending",
        ];
        foreach (var name in good)
            yield return new($"pm_card_{name}", Card, MethodBehaviour.Succeeds);
        yield return new("pm_card_pendingRefund", Card, MethodBehaviour.Succeeds) { RefundStatus = RefundRecord.Pending };
        yield return new("pm_card_refundFail", Card, MethodBehaviour.Succeeds) { RefundFailsLater = true };

        (string Name, string Error, string? Decline, string Message)[] declined =
        [
            ("chargeDeclined", "card_declined", "generic_decline", "Your card was declined."),
            ("chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
            ("chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined."),
            ("chargeDeclinedStolenCard", "card_declined", "stolen_card", "Your card was declined."),
            ("chargeDeclinedFraudulent", "card_declined", "fraudulent", "Your card was declined."),
            ("chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded",
                "Your card was declined for making repeated attempts too frequently."),
            ("chargeDeclinedExpiredCard", "expired_card", null, "Your card has expired."),
            ("chargeDeclinedIncorrectCvc", "incorrect_cvc", null, "Your card's security code is incorrect."),
            ("chargeDeclinedProcessingError", "processing_error", null,
                "An error occurred while processing your card. Try again in a little bit."),
            ("chargeCustomerFail", "card_declined", "generic_decline", "Your card was declined."),
            ("radarBlock", "card_declined", "fraudulent", "Your card was declined."),
        ];
        foreach (var (name, error, decline, message) in declined)
        {
            var method = new TestPaymentMethod($"pm_card_{name}", Card, MethodBehaviour.Declines)
            {
                ErrorCode = error,
                DeclineCode = decline,
                Message = message,
            };
            yield return method;
            // The documentation spells some of them with the brand inside; both spellings are in use.
            yield return method with { Id = $"pm_card_visa_{name}" };
        }

        string[] challenged =
        [
            "authenticationRequired", "authenticationRequiredOnSetup", "authenticationRequiredSetupForOffSession",
            "threeDSecureRequired", "threeDSecure2Required",
        ];
        foreach (var name in challenged)
            yield return new($"pm_card_{name}", Card, MethodBehaviour.Authenticates);
        foreach (var name in new[] { "authenticationRequiredChargeDeclinedInsufficientFunds", "threeDSecureRequiredChargeDeclined" })
        {
            yield return new($"pm_card_{name}", Card, MethodBehaviour.Authenticates)
            {
                DeclinesAfterAuthentication = true,
                ErrorCode = "card_declined",
                DeclineCode = name.EndsWith("Funds", StringComparison.Ordinal) ? "insufficient_funds" : "generic_decline",
                Message = "Your card was declined.",
            };
        }
    }

    private static IEnumerable<TestPaymentMethod> BankAccounts()
    {
        foreach (var name in new[] { "pm_usBankAccount", "pm_usBankAccount_success", StaysProcessing, "pm_usBankAccount_dispute" })
            yield return new(name, BankAccount, MethodBehaviour.Debits);

        (string Name, string Error, string Message)[] failing =
        [
            ("accountClosed", "account_closed", "The customer's bank account has been closed."),
            ("noAccount", "no_account", "The customer's bank account could not be located."),
            ("insufficientFunds", "insufficient_funds", "The customer's account has insufficient funds to cover this payment."),
            ("debitNotAuthorized", "debit_not_authorized", "The customer has notified their bank that this payment was unauthorized."),
            ("invalidCurrency", "invalid_currency", "The customer's bank account does not support this currency."),
            ("weeklyLimitExceeded", "payment_method_limit_exceeded", "The payment exceeds the weekly limit of this account."),
        ];
        foreach (var (name, error, message) in failing)
            yield return new($"pm_usBankAccount_{name}", BankAccount, MethodBehaviour.Debits) { ErrorCode = error, Message = message };
        yield return new("pm_usBankAccount_riskLevelHighest", BankAccount, MethodBehaviour.Declines)
        {
            ErrorCode = "payment_intent_payment_attempt_failed",
            Message = "The payment was blocked because of a high risk of fraud.",
        };
    }
}

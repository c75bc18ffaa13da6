using System.Collections.Immutable;

namespace Payments;

/// <summary>The command behind <c>POST /v2/payments</c>. Already validated for form; the grain checks what needs knowledge.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="MerchantTransactionId">The merchant's own id; with the merchant id it is the idempotency key of the create.</param>
/// <param name="AmountMinor">Amount in minor units (cents), 1 to 99,999,999.</param>
/// <param name="CurrencyCode">ISO 4217 code, upper case.</param>
/// <param name="AuthorizeOnly">True for a pre-authorization that is captured later; false for a sale.</param>
/// <param name="PaymentMethodId">The merchant's stored payment method; <see cref="Guid.Empty"/> for a split tender.</param>
/// <param name="Consent">The customer's consent, required for a bank account.</param>
/// <param name="Description">Shown to the merchant at the provider, or null.</param>
/// <param name="StatementDescriptorSuffix">Shown on the customer's card statement, or null.</param>
/// <param name="Source">The request's <c>X-Source</c>, at most 50 characters, or null.</param>
/// <param name="Metadata">The merchant's own key-value pairs, passed on to the provider.</param>
/// <param name="Actor">Who asked, for the audit trail: the token's subject or client id, or the calling service.</param>
/// <param name="Split">For a split tender: its two allocations, which add up to the amount. Else default or empty. A silo of an older version, which does not
/// know it, finds no payment method and refuses.</param>
[GenerateSerializer, Immutable, Alias("payments.CreatePayment")]
public sealed record CreatePayment(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] string MerchantTransactionId,
    [property: Id(2)] long AmountMinor,
    [property: Id(3)] string CurrencyCode,
    [property: Id(4)] bool AuthorizeOnly,
    [property: Id(5)] Guid PaymentMethodId,
    [property: Id(6)] BankDebitConsent? Consent,
    [property: Id(7)] string? Description,
    [property: Id(8)] string? StatementDescriptorSuffix,
    [property: Id(9)] string? Source,
    [property: Id(10)] ImmutableDictionary<string, string> Metadata,
    [property: Id(11)] string Actor,
    [property: Id(12)] ImmutableArray<SplitAllocation> Split = default);

/// <summary>One allocation of a split tender.</summary>
/// <param name="PaymentMethodId">The merchant's stored card.</param>
/// <param name="AmountMinor">Its part of the amount, in minor units (cents).</param>
[GenerateSerializer, Immutable, Alias("payments.SplitAllocation")]
public sealed record SplitAllocation(
    [property: Id(0)] Guid PaymentMethodId,
    [property: Id(1)] long AmountMinor);

/// <summary>The customer's consent to an ACH debit.</summary>
/// <param name="Kind">How it was given.</param>
/// <param name="GivenAt">When it was given (UTC).</param>
/// <param name="IpAddress">From where, for <see cref="ConsentKind.Online"/>; else null.</param>
/// <param name="UserAgent">The customer's browser, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.BankDebitConsent")]
public sealed record BankDebitConsent(
    [property: Id(0)] ConsentKind Kind,
    [property: Id(1)] DateTimeOffset GivenAt,
    [property: Id(2)] string? IpAddress,
    [property: Id(3)] string? UserAgent);

/// <summary>How a customer consented to an ACH debit.</summary>
[GenerateSerializer, Alias("payments.ConsentKind")]
public enum ConsentKind
{
    /// <summary>On a web page or in an app.</summary>
    Online = 0,

    /// <summary>On paper.</summary>
    Written = 1,

    /// <summary>By telephone.</summary>
    Verbal = 2,
}

/// <summary>What became of a create.</summary>
[GenerateSerializer, Alias("payments.CreatePaymentOutcome")]
public enum CreatePaymentOutcome
{
    /// <summary>Created, or found as created by an earlier attempt.</summary>
    Accepted = 0,

    /// <summary>The same <c>merchantTransactionId</c> was tried more often than allowed (5 attempts in total).</summary>
    TooManyAttempts = 1,

    /// <summary>The merchant has no such payment method.</summary>
    UnknownPaymentMethod = 2,

    /// <summary>A bank account needs <see cref="CreatePayment.Consent"/>.</summary>
    ConsentRequired = 3,

    /// <summary>A bank account cannot be pre-authorized: sale only.</summary>
    BankAccountIsSaleOnly = 4,

    /// <summary>A split tender is two different cards that add up to the amount, and a sale (api-facts §2.2).</summary>
    InvalidSplit = 5,
}

/// <summary>Answer to <see cref="IPaymentGrain.CreateAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Payment">The payment when <see cref="CreatePaymentOutcome.Accepted"/>, else null.</param>
[GenerateSerializer, Immutable, Alias("payments.CreatePaymentResult")]
public sealed record CreatePaymentResult(
    [property: Id(0)] CreatePaymentOutcome Outcome,
    [property: Id(1)] PaymentView? Payment);

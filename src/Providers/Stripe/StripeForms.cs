using System.Collections.Frozen;
using System.Globalization;
using Payments.Grains.Ports;
using Stripe;

namespace Payments.Providers;

/// <summary>What is sent to Stripe for each operation (api-facts §3).</summary>
internal static class StripeForms
{
    /// <summary>Our payment id, in the metadata of intents and refunds.</summary>
    public const string PaymentIdKey = "payment_id";

    /// <summary>The id of a refund on request, in the metadata of refunds.</summary>
    public const string RefundIdKey = "refund_id";

    /// <summary>The card of a split tender, in the metadata of its intent and refunds.</summary>
    public const string AllocationIdKey = "allocation_id";

    private const string MerchantIdKey = "merchant_id";
    private const string ReasonKey = "cancellation_reason";
    private const int PageSize = 100;

    // Stripe's limits on metadata: https://docs.stripe.com/api/metadata
    private const int PairsMax = 50;
    private const int KeyLengthMax = 40;
    private const int ValueLengthMax = 500;

    // Objects are found again by these: a merchant's pair of the same name could hide an intent, so that it is created twice, or claim another one's.
    private static readonly FrozenSet<string> OwnKeys =
        FrozenSet.Create(StringComparer.Ordinal, PaymentIdKey, RefundIdKey, AllocationIdKey, MerchantIdKey, ReasonKey);

    // Clocks differ, and Stripe's "created" has whole seconds.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>A create that confirms at once. A challenge is a state to wait in, not an error.</summary>
    public static PaymentIntentCreateOptions Create(NewPaymentIntent intent, string? returnUrl)
    {
        var isCard = intent.Method.Kind == PaymentMethodKind.Card;
        var options = new PaymentIntentCreateOptions
        {
            Amount = intent.AmountMinor,
            CaptureMethod = intent.AuthorizeOnly ? "manual" : null,
            Confirm = true,
            Currency = intent.CurrencyCode.ToLowerInvariant(),
            Customer = intent.Method.ProviderCustomer,
            Description = intent.Description,
            ErrorOnRequiresAction = false,
            Metadata = Metadata(intent),
            PaymentMethod = intent.Method.ProviderReference,
            PaymentMethodTypes = [isCard ? "card" : "us_bank_account"],
            ReturnUrl = isCard ? returnUrl : null,

            // Only a card statement has a suffix; Stripe refuses it for other methods.
            StatementDescriptorSuffix = isCard ? intent.StatementDescriptorSuffix : null,
        };

        // Assigning null would send "mandate_data=", which asks Stripe to clear it.
        if (intent.Consent is { } consent && !isCard)
            options.MandateData = Mandate(consent);
        return options;
    }

    /// <summary>A cancel with the merchant's reason, or without one where the system takes something back.</summary>
    public static PaymentIntentCancelOptions Cancel(CancellationReason reason) => reason == CancellationReason.AutomatedCancel
        ? new PaymentIntentCancelOptions()
        : new PaymentIntentCancelOptions { CancellationReason = ToWord(reason) };

    /// <summary>A refund. Stripe knows no <c>abandoned</c> here, nor what the system does by itself: such a reason travels in metadata only.</summary>
    public static RefundCreateOptions Refund(NewRefund refund)
    {
        var options = new RefundCreateOptions
        {
            Amount = refund.AmountMinor,
            Metadata = new Dictionary<string, string>
            {
                [PaymentIdKey] = refund.PaymentId.ToString("D", CultureInfo.InvariantCulture),
                [ReasonKey] = ToWord(refund.Reason),
            },
            PaymentIntent = refund.IntentId,
            Reason = refund.Reason is CancellationReason.Abandoned or CancellationReason.AutomatedCancel ? null : ToWord(refund.Reason),
        };
        if (refund.AllocationId is { } allocation)
            options.Metadata[AllocationIdKey] = allocation.ToString("D", CultureInfo.InvariantCulture);
        if (refund.RefundId is { } id)
            options.Metadata[RefundIdKey] = id.ToString("D", CultureInfo.InvariantCulture);
        return options;
    }

    /// <summary>Intents created since <paramref name="createdSince"/>, newest first: a customer's, or the whole account's when the customer is null.</summary>
    public static PaymentIntentListOptions ListSince(DateTimeOffset createdSince, string? customer) => new()
    {
        Created = new DateRangeOptions { GreaterThanOrEqual = (createdSince - ClockSkew).UtcDateTime },
        Customer = customer,
        Limit = PageSize,
    };

    /// <summary>Refunds of one intent, newest first.</summary>
    public static RefundListOptions ListRefunds(string intentId) => new() { PaymentIntent = intentId, Limit = PageSize };

    /// <summary>Whether an object's metadata says that it belongs to this payment or, where it names one, to this allocation.</summary>
    public static bool IsOf(Guid ownerId, Dictionary<string, string>? metadata) =>
        Names(metadata, metadata?.ContainsKey(AllocationIdKey) == true ? AllocationIdKey : PaymentIdKey, ownerId);

    /// <summary>Whether a refund's metadata says that it is this refund on request.</summary>
    public static bool IsRefund(Guid refundId, Dictionary<string, string>? metadata) => Names(metadata, RefundIdKey, refundId);

    /// <summary>Whether a refund's metadata says that it is one on request, and no compensation.</summary>
    public static bool IsRequested(Dictionary<string, string>? metadata) => metadata?.ContainsKey(RefundIdKey) == true;

    private static bool Names(Dictionary<string, string>? metadata, string key, Guid expected) =>
        metadata is not null
        && metadata.TryGetValue(key, out var text)
        && Guid.TryParse(text, CultureInfo.InvariantCulture, out var id)
        && id == expected;

    private static PaymentIntentMandateDataOptions Mandate(BankDebitConsent consent)
    {
        // Stripe takes "online" only with both pieces of evidence.
        var online = consent is { Kind: ConsentKind.Online, IpAddress: not null, UserAgent: not null };
        return new PaymentIntentMandateDataOptions
        {
            CustomerAcceptance = new PaymentIntentMandateDataCustomerAcceptanceOptions
            {
                AcceptedAt = consent.GivenAt.UtcDateTime,
                Online = online
                    ? new PaymentIntentMandateDataCustomerAcceptanceOnlineOptions
                    {
                        IpAddress = consent.IpAddress,
                        UserAgent = consent.UserAgent,
                    }
                    : null,
                Type = online ? "online" : "offline",
            },
        };
    }

    private static Dictionary<string, string> Metadata(NewPaymentIntent intent)
    {
        var metadata = new Dictionary<string, string>
        {
            [PaymentIdKey] = intent.PaymentId.ToString("D", CultureInfo.InvariantCulture),
            [MerchantIdKey] = intent.MerchantId.ToString("D", CultureInfo.InvariantCulture),
        };
        if (intent.AllocationId is { } allocation)
            metadata[AllocationIdKey] = allocation.ToString("D", CultureInfo.InvariantCulture);

        // Sorted, because what is left out must be the same on every machine: a repeat under the same key has to send the same form.
        foreach (var (key, value) in intent.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (metadata.Count == PairsMax)
                break;
            if (IsValidKey(key) && value.Length > 0)
                metadata.Add(key, SafeText.Cut(value, ValueLengthMax));
        }

        return metadata;
    }

    private static bool IsValidKey(string key) =>
        key.Length is > 0 and <= KeyLengthMax && key.AsSpan().IndexOfAny('[', ']') < 0 && !OwnKeys.Contains(key);

    private static string ToWord(CancellationReason reason) => reason.ToWire().ToLowerInvariant();
}

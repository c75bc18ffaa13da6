using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a create (api-facts §2.2). Limits that the contract does not set are the provider's.</summary>
internal static class CreatePaymentBody
{
    /// <summary>Largest amount of the contract, in minor units (api-facts §2.1).</summary>
    public const long AmountMinorMax = 99_999_999;

    /// <summary>Most allocations of one payment.</summary>
    public const int AllocationsMax = 2;

    /// <summary>Longest id of the merchant's own, in UTF-16 code units (api-facts §2.1).</summary>
    public const int TransactionIdLengthMax = 50;

    private const int DescriptionLengthMax = 255;
    private const int SuffixLengthMax = 22;
    private const string SuffixForbiddenText = "<>\\'\"*";
    private const int UserAgentLengthMax = 500;
    private const int MetadataCountMax = 40;
    private const int MetadataKeyLengthMax = 40;
    private const int MetadataValueLengthMax = 500;

    private static readonly SearchValues<char> SuffixForbidden = SearchValues.Create(SuffixForbiddenText);

    /// <summary>Reads the body.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="rules">Which currencies are taken.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static CreatePayment? Read(FieldReader fields, MerchantCall call, PaymentRules rules, out FieldError? error)
    {
        var transactionId = fields.Text("merchantTransactionId", TransactionIdLengthMax, isRequired: true);
        var amount = fields.Integer("amount", 1, AmountMinorMax, isRequired: true);
        var currency = ReadCurrency(fields, rules);
        var authorizeOnly = fields.Flag("authorizeCard") ?? false;
        fields.Flag("partialAuthorization");
        var description = fields.Text("description", DescriptionLengthMax);
        var suffix = ReadSuffix(fields);
        fields.Object("customer");
        var allocations = ReadAllocations(fields, amount, authorizeOnly);
        var consent = ReadConsent(fields);
        var metadata = ReadMetadata(fields);

        error = fields.Error;
        return error is null
            ? new CreatePayment(
                call.MerchantId, transactionId!, amount!.Value, currency!, authorizeOnly, allocations is [var only] ? only.PaymentMethodId : Guid.Empty,
                consent, description, suffix, call.Source, metadata, call.Actor, allocations.Length > 1 ? allocations : default)
            : null;
    }

    private static string? ReadCurrency(FieldReader fields, PaymentRules rules)
    {
        const string Name = "currencyCode";
        var code = fields.Word(Name, isRequired: true);
        fields.Describe(Name, static schema => (schema["pattern"], schema["description"]) = ("^[A-Z]{3}$", "ISO 4217; which ones are taken is configured."));
        if (code is { Length: not 3 } || (code is not null && !code.All(char.IsAsciiLetterUpper)))
            fields.Refuse(Name, $"{Name} must be three upper case letters (ISO 4217)");
        else if (code is not null && !rules.Takes(code))
            fields.Refuse(Name, $"{Name} is not supported");
        return code;
    }

    private static string? ReadSuffix(FieldReader fields)
    {
        const string Name = "statementDescriptorSuffix";
        var suffix = fields.Text(Name, SuffixLengthMax);
        fields.Describe(Name, static schema => schema["pattern"] = """^$|^(?=.*[A-Za-z])[^\u0000-\u001f\u007f-\u009f<>\\'"*]*$""");
        if (suffix is not null && (suffix.AsSpan().ContainsAny(SuffixForbidden) || !suffix.Any(char.IsAsciiLetter)))
            fields.Refuse(Name, $"{Name} must have a letter and none of {SuffixForbiddenText}");
        return suffix;
    }

    private static ImmutableArray<SplitAllocation> ReadAllocations(FieldReader fields, long? total, bool authorizeOnly)
    {
        const string Name = "paymentAllocations";
        var entries = fields.Objects(Name, AllocationsMax, isRequired: true);
        fields.Describe(Name, static schema => (schema["minItems"], schema["description"]) =
            (1, "One for the whole amount, or two different cards that add up to it (split tender, a sale)."));
        var allocations = entries
            .Select(static entry => (Amount: entry.Integer("amount", 1, AmountMinorMax, isRequired: true), Method: entry.Uuid("paymentMethodId", isRequired: true)))
            .ToList();

        // Objects has refused what is missing or no array; what is left is none.
        if (allocations.Count == 0)
            fields.Refuse(Name, $"{Name} is required");
        if (fields.Error is not null)
            return [];

        if (allocations.Count > 1 && authorizeOnly)
            fields.Refuse("authorizeCard", "authorizeCard must be false for split tender");
        else if (allocations.Count == 1 && total is not null && allocations[0].Amount != total)
            fields.Refuse(Name, $"{Name}[0].amount must be equal to amount");
        else if (total is not null && allocations.Sum(static allocation => allocation.Amount) != total)
            fields.Refuse(Name, $"The amounts of {Name} must add up to amount");
        else if (allocations.DistinctBy(static allocation => allocation.Method).Count() < allocations.Count)
            fields.Refuse(Name, $"{Name} must have different payment methods");
        return fields.Error is null
            ? [.. allocations.Select(static allocation => new SplitAllocation(allocation.Method!.Value, allocation.Amount!.Value))]
            : [];
    }

    private static BankDebitConsent? ReadConsent(FieldReader fields)
    {
        var consent = fields.Object("consent");
        if (consent is null)
            return null;

        var kind = consent.OneOf("type", ["ONLINE", "WRITTEN", "VERBAL"], isRequired: true) switch
        {
            "WRITTEN" => ConsentKind.Written,
            "VERBAL" => ConsentKind.Verbal,
            _ => ConsentKind.Online,
        };
        var givenAt = consent.Instant("timestamp", isRequired: true);
        var address = consent.Word("ipAddress", isRequired: kind == ConsentKind.Online);
        consent.Describe("ipAddress", static schema => schema["description"] = "IPv4 or IPv6.");
        consent.DescribeRequiredWhen("ipAddress", "type", "ONLINE");
        if (address is not null && !IsIpAddress(address))
            consent.Refuse("ipAddress", "consent.ipAddress must be an IP address");
        var userAgent = consent.Text("userAgent", UserAgentLengthMax);
        return consent.Error is null ? new BankDebitConsent(kind, givenAt!.Value, address, userAgent) : null;
    }

    // The framework also takes an IPv4 address of fewer than four parts.
    private static bool IsIpAddress(string text) =>
        IPAddress.TryParse(text, out _) && (text.Contains(':') || text.AsSpan().Count('.') == 3);

    private static void DescribeMetadata(JsonObject schema)
    {
        schema.Remove("properties");
        schema["maxProperties"] = MetadataCountMax;
        schema["propertyNames"] = new JsonObject
        {
            ["minLength"] = 1, ["maxLength"] = MetadataKeyLengthMax, ["pattern"] = @"^[^\u0000-\u001f\u007f-\u009f]*$",
        };
        var value = new JsonObject { ["type"] = new JsonArray("string", "null") };
        StringSchema.Text(value, MetadataValueLengthMax, isRequired: false, isMultiline: true);
        schema["additionalProperties"] = value;
    }

    private static ImmutableDictionary<string, string> ReadMetadata(FieldReader fields)
    {
        const string Name = "metadata";
        var metadata = fields.Object(Name);
        if (metadata is null)
            return ImmutableDictionary<string, string>.Empty;

        var pairs = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var key in metadata.Names())
        {
            if (pairs.Count == MetadataCountMax)
                fields.Refuse(Name, $"{Name} must not have more than {MetadataCountMax} entries");
            else if (key.Length is 0 or > MetadataKeyLengthMax || key.Any(char.IsControl))
                fields.Refuse(Name, $"{Name} keys must have 1 to {MetadataKeyLengthMax} characters and no control characters");
            if (fields.Error is not null)
                break;
            if (metadata.Text(key, MetadataValueLengthMax, isMultiline: true) is { } value)
                pairs[key] = value;
        }
        fields.Describe(Name, DescribeMetadata);
        return pairs.ToImmutable();
    }
}

using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>Status of a payment intent, one for one with Stripe's.</summary>
public enum IntentStatus
{
    /// <summary>No usable payment method yet, or the last attempt failed.</summary>
    [JsonStringEnumMemberName("requires_payment_method")]
    RequiresPaymentMethod,

    /// <summary>Has a payment method, waits to be confirmed.</summary>
    [JsonStringEnumMemberName("requires_confirmation")]
    RequiresConfirmation,

    /// <summary>The customer has to authenticate.</summary>
    [JsonStringEnumMemberName("requires_action")]
    RequiresAction,

    /// <summary>A bank debit is under way.</summary>
    [JsonStringEnumMemberName("processing")]
    Processing,

    /// <summary>Authorized: money is on hold.</summary>
    [JsonStringEnumMemberName("requires_capture")]
    RequiresCapture,

    /// <summary>Cancelled; final.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,

    /// <summary>Paid; final.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,
}

/// <summary>One version of a payment intent. Immutable: a change is a new version, so a stored answer can keep the one it showed.</summary>
public sealed record IntentRecord
{
    /// <summary>Id, <c>pi_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Amount in minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code, lower case.</summary>
    public required string Currency { get; init; }

    /// <summary>Current status.</summary>
    public required IntentStatus Status { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it entered its status; holds and debits age from here.</summary>
    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>Whether funds are only held until a capture.</summary>
    public bool CapturesManually { get; init; }

    /// <summary>Id of the payment method that was given.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>Payment method types that it accepts.</summary>
    public IReadOnlyList<string> MethodTypes { get; init; } = ["card"];

    /// <summary>Customer id, as given.</summary>
    public string? Customer { get; init; }

    /// <summary>Description, as given.</summary>
    public string? Description { get; init; }

    /// <summary>Statement descriptor suffix, as given.</summary>
    public string? StatementDescriptorSuffix { get; init; }

    /// <summary>Metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Amount on hold, in minor units.</summary>
    public long AmountCapturable { get; init; }

    /// <summary>Amount collected, in minor units.</summary>
    public long AmountReceived { get; init; }

    /// <summary>Amount refunded and not failed, in minor units.</summary>
    public long AmountRefunded { get; init; }

    /// <summary>Whether there was an attempt, and so a charge.</summary>
    public bool Attempted { get; init; }

    /// <summary>Whether the bank no longer lets the debit be cancelled.</summary>
    public bool CancelWindowClosed { get; init; }

    /// <summary>When it was cancelled.</summary>
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary>Why it was cancelled, in Stripe's words.</summary>
    public string? CancellationReason { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public StripeFailure? LastError { get; init; }

    /// <summary>Whether the payment runs over <c>us_bank_account</c>.</summary>
    [JsonIgnore]
    public bool IsBankDebit => TestPaymentMethod.Find(PaymentMethod)?.Type == TestPaymentMethod.BankAccount;

    /// <summary>Id of the charge; follows from the intent's id.</summary>
    [JsonIgnore]
    public string ChargeId => $"{(IsBankDebit ? "py_" : "ch_")}{Id["pi_".Length..]}";

    /// <summary>Status in Stripe's spelling.</summary>
    [JsonIgnore]
    public string StatusName => Name(Status);

    internal static string Name(IntentStatus status) => status switch
    {
        IntentStatus.RequiresPaymentMethod => "requires_payment_method",
        IntentStatus.RequiresConfirmation => "requires_confirmation",
        IntentStatus.RequiresAction => "requires_action",
        IntentStatus.Processing => "processing",
        IntentStatus.RequiresCapture => "requires_capture",
        IntentStatus.Canceled => "canceled",
        _ => "succeeded",
    };

    /// <summary>What the ledger shows as the amount of an operation: what was collected where something was, else the whole.</summary>
    internal long AmountOf(string operation) =>
        operation is IntentOperations.Capture or IntentOperations.Succeeded ? AmountReceived : Amount;
}

/// <summary>Names of the effective operations on a payment intent.</summary>
internal static class IntentOperations
{
    public const string Create = "payment_intent.create";
    public const string Update = "payment_intent.update";
    public const string RequiresAction = "payment_intent.requires_action";
    public const string Processing = "payment_intent.processing";
    public const string Authorized = "payment_intent.authorized";
    public const string Capture = "payment_intent.capture";
    public const string Succeeded = "payment_intent.succeeded";
    public const string PaymentFailed = "payment_intent.payment_failed";
    public const string Cancel = "payment_intent.cancel";
    public const string HoldExpired = "payment_intent.hold_expired";
}

using System.Collections.Frozen;

namespace Payments;

/// <summary>How the v2 contract spells states and reasons, in answers and in webhooks. The payment is <c>CANCELLED</c> with two L,
/// its allocation <c>CANCELED</c> with one: both are the seed's and both are kept.</summary>
public static class WireNames
{
    private static readonly FrozenDictionary<string, PaymentStatus> StatusesByName =
        Enum.GetValues<PaymentStatus>().ToFrozenDictionary(static status => status.ToWire(), StringComparer.Ordinal);

    /// <summary>Every payment state in the contract's spelling.</summary>
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<PaymentStatus>().Select(static status => status.ToWire())];

    /// <summary>Every allocation state in the contract's spelling.</summary>
    public static IReadOnlyList<string> AllocationStatuses { get; } =
        [.. Enum.GetValues<AllocationStatus>().Select(static status => status.ToWire())];

    /// <summary>Every refund state in the contract's spelling.</summary>
    public static IReadOnlyList<string> RefundStates { get; } = [.. Enum.GetValues<RefundState>().Select(static status => status.ToWire())];

    /// <summary>Every cancellation reason that a merchant can give, in the contract's spelling.</summary>
    public static IReadOnlyList<string> Reasons { get; } =
        [.. Enum.GetValues<CancellationReason>().Where(static reason => reason != CancellationReason.AutomatedCancel).Select(static reason => reason.ToWire())];

    /// <summary>Parses a payment state; case matters.</summary>
    public static bool TryParseStatus(string text, out PaymentStatus status) => StatusesByName.TryGetValue(text, out status);

    /// <summary>The contract's spelling of a payment state.</summary>
    public static string ToWire(this PaymentStatus status) => status switch
    {
        PaymentStatus.Initiated => "INITIATED",
        PaymentStatus.Pending => "PENDING",
        PaymentStatus.Processing => "PROCESSING",
        PaymentStatus.AuthRequired => "AUTH_REQUIRED",
        PaymentStatus.Authorized => "AUTHORIZED",
        PaymentStatus.Accepted => "ACCEPTED",
        PaymentStatus.CaptureInitialized => "CAPTURE_INITIALIZED",
        PaymentStatus.Completed => "COMPLETED",
        PaymentStatus.Failed => "FAILED",
        PaymentStatus.CancelInitialized => "CANCEL_INITIALIZED",
        PaymentStatus.Cancelled => "CANCELLED",
        PaymentStatus.CancelFailed => "CANCEL_FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a payment state."),
    };

    /// <summary>The contract's spelling of an allocation state.</summary>
    public static string ToWire(this AllocationStatus status) => status switch
    {
        AllocationStatus.Canceled => "CANCELED",
        AllocationStatus.RolledBack => "ROLLED_BACK",
        _ => ((PaymentStatus)status).ToWire(),
    };

    /// <summary>The contract's spelling of a refund state (api-facts §2.7).</summary>
    public static string ToWire(this RefundState status) => status switch
    {
        RefundState.Initiated => "INITIATED",
        RefundState.Pending => "PENDING",
        RefundState.Completed => "COMPLETED",
        RefundState.Failed => "FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a refund state."),
    };

    /// <summary>The allocation state that goes with a payment state.</summary>
    public static AllocationStatus ToAllocation(this PaymentStatus status) => (AllocationStatus)status;

    /// <summary>The contract's spelling of a cancellation reason.</summary>
    public static string ToWire(this CancellationReason reason) => reason switch
    {
        CancellationReason.Duplicate => "DUPLICATE",
        CancellationReason.Fraudulent => "FRAUDULENT",
        CancellationReason.RequestedByCustomer => "REQUESTED_BY_CUSTOMER",
        CancellationReason.Abandoned => "ABANDONED",
        CancellationReason.AutomatedCancel => "CCG_AUTOMATED_CANCEL",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a cancellation reason."),
    };

    /// <summary>The contract's spelling of how an allocation is taken back.</summary>
    public static string ToWire(this RemediationAction action) => action switch
    {
        RemediationAction.Cancel => "CANCEL",
        RemediationAction.Refund => "REFUND",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Not a remediation."),
    };

    /// <summary>The contract's spelling of how far it is.</summary>
    public static string ToWire(this RemediationStatus status) => status switch
    {
        RemediationStatus.Pending => "PENDING",
        RemediationStatus.Completed => "COMPLETED",
        RemediationStatus.Failed => "FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a state of a remediation."),
    };

    /// <summary>Parses a merchant's cancellation reason; case matters.</summary>
    public static bool TryParseReason(string? text, out CancellationReason reason)
    {
        (var known, reason) = text switch
        {
            "DUPLICATE" => (true, CancellationReason.Duplicate),
            "FRAUDULENT" => (true, CancellationReason.Fraudulent),
            "REQUESTED_BY_CUSTOMER" => (true, CancellationReason.RequestedByCustomer),
            "ABANDONED" => (true, CancellationReason.Abandoned),
            _ => (false, default),
        };
        return known;
    }
}

using Payments.Grains.Ports;

namespace Payments.Grains.Webhooks;

/// <summary>A grain that owes webhooks. Called by the dispatcher, which delivers outside the grain's turn; not a contract for other services.</summary>
[Alias("payments.IOutboxGrain")]
public interface IOutboxGrain : IGrain
{
    /// <summary>Records what became of a delivery.</summary>
    [Alias("RecordDelivery")]
    Task RecordDeliveryAsync(DeliveryReport report);
}

/// <summary>What became of a delivery that the dispatcher took on.</summary>
/// <param name="EntryId">The outbox entry.</param>
/// <param name="Kind">How it ended.</param>
/// <param name="StatusCode">For <see cref="DeliveryReportKind.Attempted"/>: the endpoint's HTTP status, or null without an answer.</param>
/// <param name="RetryAfter">For <see cref="DeliveryReportKind.Attempted"/>: the endpoint's wish. For <see cref="DeliveryReportKind.Postponed"/>: how long.</param>
/// <param name="Error">What went wrong without an answer, or why it was given up.</param>
[GenerateSerializer, Immutable, Alias("payments.DeliveryReport")]
public sealed record DeliveryReport(
    [property: Id(0)] string EntryId,
    [property: Id(1)] DeliveryReportKind Kind,
    [property: Id(2)] int? StatusCode,
    [property: Id(3)] TimeSpan? RetryAfter,
    [property: Id(4)] string? Error)
{
    /// <summary>The report of an attempt.</summary>
    public static DeliveryReport Of(string entryId, WebhookAttempt attempt) =>
        new(entryId, DeliveryReportKind.Attempted, attempt.StatusCode, attempt.RetryAfter, attempt.Error);
}

/// <summary>How a delivery ended.</summary>
[GenerateSerializer, Alias("payments.DeliveryReportKind")]
public enum DeliveryReportKind
{
    /// <summary>The endpoint was called.</summary>
    Attempted = 0,

    /// <summary>The endpoint is known to be down and was not called.</summary>
    Postponed = 1,

    /// <summary>There is no endpoint to call.</summary>
    GivenUp = 2,
}

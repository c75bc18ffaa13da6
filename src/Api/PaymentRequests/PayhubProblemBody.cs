namespace Payments.Api.PaymentRequests;

// Properties are written in the order in which they are declared, which is the seed's; nulls are written too.

/// <summary>A Payhub error.</summary>
internal sealed record PayhubProblemBody(
    string Type, string Title, int Status, string Instance, string? TraceId, string Detail, IReadOnlyList<PayhubErrorBody>? Errors);

/// <summary>One reason of a Payhub error.</summary>
internal sealed record PayhubErrorBody(string Name, string Reason, string? Code = null, string? Severity = null);

namespace Payments.Chaos.Checking;

/// <summary>Something that must never be (design §10).</summary>
/// <param name="Invariant"><c>I1</c> to <c>I7</c>, or <c>contract</c> for an answer that the contract does not know in that situation.</param>
/// <param name="Subject">The payment's or the request's id, or whatever names it best.</param>
/// <param name="What">What is wrong, in one sentence.</param>
/// <param name="Proof">The evidence, one line each.</param>
internal sealed record Violation(string Invariant, string Subject, string What, IReadOnlyList<string> Proof)
{
    /// <summary>A violation of one case, with everything the witnesses said about it.</summary>
    public static Violation Of(string invariant, Case subject, string what) => new(
        invariant,
        $"{subject.Id ?? subject.Row?.Id ?? "unanswered"} ({subject.Order.Reference})",
        what,
        [
            .. subject.Rows.Select(static row => $"row {row.Id}: {row}"),
            .. subject.Objects.Select(static found => $"provider {found}"),
            .. subject.Webhooks.Select(static webhook => $"webhook {webhook.Sequence} {webhook.Id} answered {webhook.Answered}: {webhook.Body}"),
            .. subject.Attempts.Select(static attempt => $"client {attempt}"),
        ]);
}

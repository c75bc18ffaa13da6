using Payments.Chaos.Checking;
using Payments.Chaos.Load;

namespace Payments.Chaos.Run;

/// <summary>How long cancelled payments took to be announced.</summary>
/// <param name="Payments">How many were announced.</param>
/// <param name="P99">From the first cancel that was sent to the first webhook that was accepted, for 99 of 100.</param>
/// <param name="Longest">The longest.</param>
/// <param name="LongestReference">Whose that was.</param>
internal sealed record Convergence(int Payments, TimeSpan P99, TimeSpan Longest, string LongestReference)
{
    /// <summary>Works it out.</summary>
    public static Convergence Of(Evidence evidence, Clock clock)
    {
        var times = evidence.Cases
            .Where(static found => found.Row is { Status: "CANCELLED" } && found.Own(CallKind.Cancel).Any())
            .Select(found => (
                found.Order.Reference,
                Begun: found.Own(CallKind.Cancel).First().SentAt,
                Announced: found.Webhooks.FirstOrDefault(static webhook => webhook.IsAccepted && Answers.Text(webhook.Body, "name") == "PAYMENT_CANCELLED")))
            .Where(static found => found.Announced is not null)
            .Select(found => (found.Reference, Length: clock.Of(found.Announced!.At) - found.Begun))
            .OrderBy(static found => found.Length).ToList();
        return times.Count == 0
            ? new Convergence(0, TimeSpan.Zero, TimeSpan.Zero, "")
            : new Convergence(times.Count, Stalls.At([.. times.Select(static found => found.Length)], 0.99), times[^1].Length, times[^1].Reference);
    }
}

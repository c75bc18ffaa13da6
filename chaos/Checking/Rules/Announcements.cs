using System.Security.Cryptography;
using System.Text;

namespace Payments.Chaos.Checking.Rules;

/// <summary>I4: every <c>CANCELLED</c> is announced at least once and nothing else ever is as cancelled; what is announced was so, one message per
/// announcement, in order per payment, signed, and for <c>PAYMENT_CANCELLED</c> with the seed's body.</summary>
internal static class Announcements
{
    private const string Name = "I4";
    private const string Cancelled = "PAYMENT_CANCELLED";
    private const string SecretPrefix = "whsec_";

    /// <summary>A trail of this length has lost its middle, by design.</summary>
    private const int EntriesMax = 64;

    private static readonly TimeSpan SignatureTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The state that an event announces (api-facts §2.6).</summary>
    private static readonly Dictionary<string, string> States = new()
    {
        ["PAYMENT_AUTHORIZED"] = "AUTHORIZED",
        ["PAYMENT_ACCEPTED"] = "ACCEPTED",
        ["PAYMENT_SUCCEEDED"] = "COMPLETED",
        ["PAYMENT_FAILED"] = "FAILED",
        [Cancelled] = "CANCELLED",
    };

    public static IEnumerable<Violation> Check(Case found, Evidence evidence)
    {
        foreach (var webhook in found.Webhooks)
        {
            if (WhatIsWrong(found, webhook, evidence) is { } wrong)
                yield return Violation.Of(Name, found, $"webhook {webhook.Sequence}: {wrong}");
        }

        var messages = found.Webhooks.GroupBy(static webhook => webhook.Id).ToList();
        if (messages.Any(static message => message.Select(static webhook => webhook.Body).Distinct().Count() > 1))
            yield return Violation.Of(Name, found, "one message had several bodies");
        if (messages.Count(static message => message.Any(static webhook => EventOf(webhook) == Cancelled)) > 1)
            yield return Violation.Of(Name, found, "one cancellation was announced as several messages");
        if (OutOfOrder(found, messages) is { } order)
            yield return Violation.Of(Name, found, order);
        if (found.Row is { Contract: Contract.Payments, Status: "CANCELLED" } row
            && !found.Webhooks.Any(static webhook => webhook.IsAccepted && EventOf(webhook) == Cancelled) && !IsOnItsWay(row, evidence.CollectedAt))
            yield return Violation.Of(Name, found, "cancelled, never announced, and no delivery is due or given up");
    }

    /// <summary>Whether the row shows why the merchant has not got the announcement of the cancellation: its own next attempt, or that of what has to
    /// arrive before it, is not due yet; or there will be none, because the merchant said so or was tried for three days.</summary>
    public static bool IsOnItsWay(StoredRow row, DateTimeOffset now)
    {
        var last = row.Outbox.ToList().FindIndex(static entry => entry.Event == Cancelled);
        return last >= 0 && (row.Outbox[last].IsDeadLetter
            || row.Outbox.Take(last + 1).Any(entry => entry is { IsDeadLetter: false, Attempts: > 0 } && entry.NextAttemptAt > now));
    }

    private static string? EventOf(Delivery webhook) => Answers.Text(webhook.Body, "name");

    private static string? WhatIsWrong(Case found, Delivery webhook, Evidence evidence)
    {
        if (found.Order.Contract == Contract.Payhub)
            return "this contract announces nothing";
        if (EventOf(webhook) is not { } name || !States.TryGetValue(name, out var state) || Answers.Text(webhook.Body, "payload", "status") != state)
            return $"it announces nothing that the contract knows: {webhook.Body}";
        if (found.Row is not { } row)
            return "it is about a payment that does not exist";
        if (row.Audit.Count < EntriesMax && !row.Audit.Any(entry => entry.Status == state))
            return $"it announces {state}, where the payment never was";
        if (name == Cancelled && row.Status != "CANCELLED")
            return $"announced as cancelled, and the payment is {row.Status}";
        if (webhook.Merchant != found.Order.Merchant)
            return $"it went to merchant {webhook.Merchant}";
        if (name == Cancelled && found.AllocationId is not null && webhook.Body != ExpectedBody(found))
            return $"its body is not the contract's: {ExpectedBody(found)}";
        if (!IsSigned(webhook, evidence.WebhookSecrets.GetValueOrDefault(webhook.Merchant)))
            return "its signature is not valid";
        return name == Cancelled && IsPremature(found, webhook) ? "announced before the provider had cancelled anything" : null;
    }

    /// <summary>Both times are the sandbox's, so they can be compared.</summary>
    private static bool IsPremature(Case found, Delivery webhook)
    {
        var reversals = found.Objects.SelectMany(static item => item.Operations)
            .Where(static operation => operation.Name is "payment_intent.cancel" or "payment_intent.hold_expired" or "refund.create");
        return found.Objects.Count > 0 && !reversals.Any(operation => operation.At <= webhook.At);
    }

    /// <summary>A later announcement must not reach the merchant before an earlier one was accepted, unless that one was given up.</summary>
    private static string? OutOfOrder(Case found, List<IGrouping<string?, Delivery>> messages)
    {
        if (found.Row is not { Audit.Count: < EntriesMax } row)
            return null;

        var ordered = messages.Where(static message => EventOf(message.First()) is { } name && States.ContainsKey(name))
            .Select(message => (Message: message, Place: row.Audit.ToList().FindIndex(entry => entry.Status == States[EventOf(message.First())!])))
            .OrderBy(static pair => pair.Place).Select(static pair => pair.Message).ToList();
        for (var index = 1; index < ordered.Count; index++)
        {
            var (earlier, later) = (ordered[index - 1], ordered[index]);
            var accepted = earlier.FirstOrDefault(static webhook => webhook.IsAccepted);
            if (row.Outbox.Any(entry => entry.IsDeadLetter && entry.Id == earlier.Key))
                continue;
            if (accepted is null || later.First().Sequence < accepted.Sequence)
                return $"{EventOf(later.First())} came before {EventOf(earlier.First())} was accepted";
        }

        return null;
    }

    /// <summary>The seed's body, from what the merchant knows by itself.</summary>
    private static string ExpectedBody(Case found) =>
        $$$"""{"name":"PAYMENT_CANCELLED","source":"{{{found.Order.Source}}}","payload":{"id":"{{{found.Id}}}","merchantTransactionId":"{{{found.Order.Reference}}}","amount":{{{found.Order.AmountMinor}}},"status":"CANCELLED","paymentAllocations":[{"id":"{{{found.AllocationId}}}","amount":{{{found.Order.AmountMinor}}},"status":"CANCELED"}]}}""";

    /// <summary>Standard Webhooks, v1 (https://www.standardwebhooks.com): HMAC-SHA256 of id, timestamp and body.</summary>
    private static bool IsSigned(Delivery webhook, string? secret)
    {
        if (secret is null || webhook.Id is null || webhook.Signature is null || !long.TryParse(webhook.Timestamp, out var seconds))
            return false;
        if ((webhook.At - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > SignatureTolerance)
            return false;

        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{webhook.Id}.{webhook.Timestamp}.{webhook.Body}")));
        return webhook.Signature.Split(' ').Contains($"v1,{expected}");
    }
}

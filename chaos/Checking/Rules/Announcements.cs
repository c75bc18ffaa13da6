using System.Security.Cryptography;
using System.Text;

namespace Payments.Chaos.Checking.Rules;

/// <summary>I4: every <c>CANCELLED</c> is announced at least once, nothing else ever is; one message per payment, signed, with the seed's body.</summary>
internal static class Announcements
{
    private const string Name = "I4";
    private const string SecretPrefix = "whsec_";
    private static readonly TimeSpan SignatureTolerance = TimeSpan.FromMinutes(5);

    public static IEnumerable<Violation> Check(Case found, Evidence evidence)
    {
        foreach (var webhook in found.Webhooks)
        {
            if (WhatIsWrong(found, webhook, evidence) is { } wrong)
                yield return Violation.Of(Name, found, $"webhook {webhook.Sequence}: {wrong}");
        }

        // There is one event in a payment's life, so a second message would be a second announcement of it.
        if (found.Webhooks.Select(static webhook => webhook.Id).Distinct().Count() > 1)
            yield return Violation.Of(Name, found, "one cancellation was announced as several messages");
        if (found.Row is { Contract: Contract.Payments, Status: "CANCELLED" } row
            && !found.Webhooks.Any(static webhook => webhook.IsAccepted) && !IsOnItsWay(row, evidence.CollectedAt))
            yield return Violation.Of(Name, found, "cancelled, never announced, and no delivery is due or given up");
    }

    /// <summary>Whether the row shows why the merchant has not got it: the next attempt is not due yet, or there will be none because the merchant
    /// said so or was tried for three days.</summary>
    public static bool IsOnItsWay(StoredRow row, DateTimeOffset now) =>
        row.Outbox.Any(entry => entry.IsDeadLetter || (entry.Attempts > 0 && entry.NextAttemptAt > now));

    private static string? WhatIsWrong(Case found, Delivery webhook, Evidence evidence)
    {
        if (found.Order.Contract == Contract.Payhub)
            return "this contract announces nothing";
        if (found.Row is not { Status: "CANCELLED" })
            return $"announced while the payment is {found.Row?.Status ?? "unknown"}";
        if (webhook.Merchant != found.Order.Merchant)
            return $"it went to merchant {webhook.Merchant}";
        if (found.AllocationId is not null && webhook.Body != ExpectedBody(found))
            return $"its body is not the contract's: {ExpectedBody(found)}";
        if (!IsSigned(webhook, evidence.WebhookSecrets.GetValueOrDefault(webhook.Merchant)))
            return "its signature is not valid";

        // Both times are the sandbox's, so they can be compared.
        var cancelled = found.Objects.SelectMany(static item => item.Operations).Where(static operation =>
            operation.Name is "payment_intent.cancel" or "payment_intent.hold_expired" or "refund.create").Select(static operation => operation.At);
        return found.Objects.Count > 0 && !cancelled.Any(at => at <= webhook.At) ? "announced before the provider had cancelled anything" : null;
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

using System.Globalization;
using System.Text.Json;
using Payments.Grains.Webhooks;
using Payments.Simulation.Merchants;

namespace Payments.Simulation.Checking;

/// <summary>I4: every CANCELLED is announced at least once, nothing that is not CANCELLED ever is, what is announced was durable before, one message has
/// one body, and the messages of one payment arrive in order.</summary>
internal static class AnnouncementRules
{
    private const string Name = "I4";
    private const string Cancelled = "PAYMENT_CANCELLED";

    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        if (found.State is not { } state)
        {
            if (found.Receptions.Count > 0)
                yield return found.Broken(Name, "announced, and there is no such payment");
            yield break;
        }

        var messages = found.Receptions.GroupBy(static reception => reception.Id)
            .Select(static receptions => new Message(receptions.Key, [.. receptions])).OrderBy(static message => message.Number).ToList();
        foreach (var message in messages)
        {
            if (WhatIsWrong(found, message) is { } wrong)
                yield return found.Broken(Name, $"{message.Id}: {wrong}");
        }

        if (messages.Count(static message => message.Event == Cancelled) > 1)
            yield return found.Broken(Name, "one cancellation, several messages");
        if (state.Status == PaymentStatus.Cancelled && !messages.Any(static message => message is { Event: Cancelled, TakenAt: not null })
            && !found.Merchant.MayMiss && !state.Outbox.Any(static entry => entry is { Event: Cancelled, DeadLetteredAt: not null }))
            yield return found.Broken(Name, "cancelled, and never announced");
        foreach (var wrong in OutOfOrder(found, messages).Concat(Undelivered(found, messages)).Concat(DeadLetters(found)))
            yield return found.Broken(Name, wrong);
    }

    private static string? WhatIsWrong(PaymentCase found, Message message)
    {
        if (message.Receptions.Any(reception => reception.Body != message.Body))
            return "it came with several bodies";
        if (!found.Merchant.Wants(message.Event))
            return $"{message.Event} is not wanted";
        if (message.Event == Cancelled && found.State!.Status != PaymentStatus.Cancelled)
            return $"announced as cancelled, and the payment is {found.State.Status}";
        if (message.Status is { } status && !found.Log.Any(commit => commit.Write.Status == status && commit.At <= message.Receptions[0].At))
            return $"it announces {status}, which was not durable then";
        return null;
    }

    /// <summary>A message must not come before an earlier one was taken, unless that one was given up or is not wanted.</summary>
    private static IEnumerable<string> OutOfOrder(PaymentCase found, List<Message> messages)
    {
        foreach (var later in messages)
        {
            foreach (var earlier in messages.TakeWhile(message => message.Number < later.Number))
            {
                if (!IsGivenUp(found, earlier.Id) && !(earlier.TakenAt <= later.Receptions[0].At))
                    yield return $"{later.Id} came before {earlier.Id} was taken";
            }
        }
    }

    private static bool IsGivenUp(PaymentCase found, string id) =>
        found.State!.Outbox.Any(entry => entry.Id == id && entry.DeadLetteredAt is not null);

    /// <summary>Who wants everything misses no number.</summary>
    private static IEnumerable<string> Undelivered(PaymentCase found, List<Message> messages)
    {
        if (found.Merchant.Endpoint is not { Events: null })
            yield break;
        for (var number = 0; number < found.State!.OutboxSequence; number++)
        {
            var id = $"msg_{found.State.Id:N}_{number}";
            if (!IsGivenUp(found, id) && !messages.Any(message => message.Number == number && message.TakenAt is not null))
                yield return $"{id} was never taken, and is no dead letter";
        }
    }

    private static IEnumerable<string> DeadLetters(PaymentCase found) => found.State!.Outbox
        .Where(entry => entry.DeadLetteredAt is not null && !found.Merchant.MayMiss && entry.Attempts <= Outboxes.RetryWaits.Length)
        .Select(static entry => $"{entry.Id} was given up after {entry.Attempts} attempts: {entry.LastError}");

    private sealed class Message
    {
        public Message(string id, IReadOnlyList<Reception> receptions)
        {
            (Id, Receptions) = (id, receptions);
            Number = int.Parse(id.AsSpan(id.LastIndexOf('_') + 1), CultureInfo.InvariantCulture);
            using var body = JsonDocument.Parse(Body);
            Event = body.RootElement.GetProperty("name").GetString()!;
            Status = Event.StartsWith("PAYMENT_", StringComparison.Ordinal)
                ? body.RootElement.GetProperty("payload").GetProperty("status").GetString()
                : null;
        }

        public string Id { get; }

        public int Number { get; }

        public IReadOnlyList<Reception> Receptions { get; }

        public string Body => Receptions[0].Body;

        public string Event { get; }

        /// <summary>The payment's state that it announces, or null when it is about a refund.</summary>
        public string? Status { get; }

        public DateTimeOffset? TakenAt => Receptions.FirstOrDefault(static reception => reception.IsTaken)?.At;
    }
}

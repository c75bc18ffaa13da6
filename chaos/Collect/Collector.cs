using Payments.Chaos.Checking;
using Payments.Chaos.Load;
using Payments.Chaos.World;

namespace Payments.Chaos.Collect;

/// <summary>Puts the witnesses' statements together, one case per order.</summary>
internal static class Collector
{
    /// <summary>Reads everything.</summary>
    public static async Task<Evidence> CollectAsync(Place place, Journal journal, bool refusalsOrdered, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        using var ledger = new LedgerReader(place.Sandbox);
        await using var database = new DatabaseReader(place.Database);
        var (rows, at) = await database.ReadAsync(cancellationToken);
        var objects = await ledger.ReadObjectsAsync(cancellationToken);
        var webhooks = await ledger.ReadWebhooksAsync(cancellationToken);
        return Assemble(journal, rows, objects, webhooks, refusalsOrdered, startedAt, at);
    }

    private static Evidence Assemble(
        Journal journal,
        IReadOnlyList<StoredRow> rows,
        IReadOnlyList<ProviderObject> objects,
        IReadOnlyList<(Delivery Delivery, string? Payment)> webhooks,
        bool refusalsOrdered,
        DateTimeOffset startedAt,
        DateTimeOffset at)
    {
        var attempts = journal.Attempts.ToLookup(static attempt => attempt.Reference);
        var rowsByReference = rows.ToLookup(static row => (row.Contract, row.Reference));
        var objectsByOwner = objects.ToLookup(static item => item.Owner);
        var webhooksByPayment = webhooks.ToLookup(static webhook => webhook.Payment ?? "", static webhook => webhook.Delivery);
        var cases = journal.Orders.Select(order =>
        {
            var (id, allocationId) = journal.IdsOf(order);
            var own = rowsByReference[(order.Contract, order.Reference)].ToList();
            var ids = own.Select(static row => row.Id).Append(id).OfType<string>().Distinct().ToList();
            return new Case(
                order, id, allocationId,
                [.. attempts[order.Reference].OrderBy(static attempt => attempt.SentAt)],
                own,
                [.. ids.SelectMany(one => objectsByOwner[one])],
                [.. ids.SelectMany(one => webhooksByPayment[one]).OrderBy(static webhook => webhook.Sequence)],
                journal.IsGivenUp(order));
        }).ToList();

        var ordered = cases.Select(static found => (found.Order.Contract, found.Order.Reference)).ToHashSet();
        var knownObjects = cases.SelectMany(static found => found.Objects).Select(static item => item.Id).ToHashSet();
        var knownWebhooks = cases.SelectMany(static found => found.Webhooks).Select(static webhook => webhook.Sequence).ToHashSet();
        return new Evidence(
            cases,
            [.. rows.Where(row => !ordered.Contains((row.Contract, row.Reference)))],
            [.. objects.Where(item => !knownObjects.Contains(item.Id))],
            [.. webhooks.Select(static webhook => webhook.Delivery).Where(webhook => !knownWebhooks.Contains(webhook.Sequence))],
            Merchant.All.ToDictionary(static merchant => merchant.Id, static merchant => merchant.WebhookSecret),
            refusalsOrdered,
            startedAt,
            at);
    }
}

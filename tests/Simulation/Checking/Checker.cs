using System.Globalization;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Simulation.Clients;
using Payments.Simulation.Merchants;
using Payments.Simulation.Silos;
using Payments.Storage.Rows;

namespace Payments.Simulation.Checking;

/// <summary>Judges a run that has become quiet, from what is stored, what really happened at the providers, what callers were told and what merchants
/// got.</summary>
internal sealed class Checker(Environs environs, IReadOnlyList<PaymentOrder> payments, IReadOnlyList<KlarnaOrder> requests)
{
    public IEnumerable<Violation> Check()
    {
        foreach (var order in payments.Cast<Order>().Concat(requests))
        {
            foreach (var complaint in order.Complaints)
                yield return new Violation(complaint.Split(':')[0], $"{order}", complaint);
        }

        foreach (var violation in Payments().SelectMany(CheckPayment).Concat(Requests().SelectMany(RequestRules.Check)).Concat(Quiet.Check(environs)))
            yield return violation;
    }

    private static IEnumerable<Violation> CheckPayment(PaymentCase found) =>
    [
        .. MoneyRules.Check(found),
        .. MoneyRules.CheckOverdrafts(found),
        .. PromiseRules.Check(found),
        .. AnnouncementRules.Check(found),
        .. HistoryRules.Check(found),
        .. HasteRules.Check(found),
    ];

    private IEnumerable<PaymentCase> Payments()
    {
        var receptions = environs.Merchants.All.ToDictionary(
            static merchant => merchant.Id, static merchant => merchant.Receptions.ToLookup(static reception => PaymentOf(reception.Id)));
        foreach (var order in payments)
        {
            var key = new RowKey("payment", $"{order.Id:N}", "payment");
            var row = environs.Database.Rows.GetValueOrDefault(key);
            yield return new PaymentCase(
                order,
                row is null ? null : Documents.Read<PaymentState>(row.Write),
                environs.Database.LogOf(key),
                environs.Stripe.Of(order.Id),
                environs.Merchants[order.MerchantId],
                [.. receptions[order.MerchantId][order.Id]],
                environs.PeaceSince);
        }
    }

    private IEnumerable<RequestCase> Requests()
    {
        var ids = environs.Database.Rows.Keys.Where(static key => key.GrainType == "payment-request")
            .Select(static key => long.Parse(key.GrainKey, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        foreach (var id in ids.Concat(requests.Select(static order => order.Id).OfType<long>()).Distinct())
        {
            var key = new RowKey("payment-request", id.ToString("X", CultureInfo.InvariantCulture), "payment-request");
            var row = environs.Database.Rows.GetValueOrDefault(key);
            yield return new RequestCase(
                requests.FirstOrDefault(order => order.Id == id),
                id,
                row is null ? null : Documents.Read<PaymentRequestState>(row.Write),
                environs.Database.LogOf(key),
                [.. environs.Klarna.Of(id)]);
        }
    }

    /// <summary>Webhook ids are <c>msg_{payment}_{number}</c>.</summary>
    private static Guid PaymentOf(string webhookId) => Guid.ParseExact(webhookId.AsSpan(4, 32), "N");
}

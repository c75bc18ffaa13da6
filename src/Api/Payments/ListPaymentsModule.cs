using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Listing;

namespace Payments.Api.Payments;

/// <summary><c>GET /v2/payments</c>: the merchant's own payments, newest first. Neither seed nor public documents have it.</summary>
public sealed class ListPaymentsModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapGet("/v2/payments", ListAsync)
        .ForMerchants()
        .WithName("ListPayments")
        .WithSummary("Lists the merchant's payments, newest first.")
        .Produces<PaymentListBody>();

    private static async Task<IResult> ListAsync(HttpContext context, [FromServices] IGrainFactory grains)
    {
        var query = Read(context.Request.Query, out var error);
        if (query is null)
            return PaymentProblem.Invalid(error!.Reason);
        var page = await grains.GetGrain<IMerchantListingGrain>(MerchantCall.Of(context).MerchantId).ListPaymentsAsync(query, context.RequestAborted);
        return PaymentReplies.Listed(page);
    }

    private static ListPayments? Read(IQueryCollection parameters, out FieldError? error)
    {
        var query = new QueryReader(parameters, "merchantTransactionId", "status", "from", "to", "limit", "cursor");
        var transactionId = query.Text("merchantTransactionId", CreatePaymentBody.TransactionIdLengthMax);
        PaymentStatus? status = null;
        if (query.Word("status") is { } word)
        {
            if (WireNames.TryParseStatus(word, out var known))
                status = known;
            else
                query.Refuse("status", "Invalid enum value");
        }
        var (from, to) = query.Period("from", "to");
        var limit = query.Integer("limit", 1, ListLimits.Max) ?? ListLimits.Default;
        var after = query.Cursor("cursor");

        error = query.Error;
        return error is null ? new ListPayments(transactionId, status, from, to, after, limit) : null;
    }
}

using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Listing;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary><c>GET /v2/payments</c>: the merchant's own payments, newest first. Neither seed nor public documents have it.</summary>
public sealed class ListPaymentsModule : ICarterModule
{
    private const string UnknownStatus = "Invalid enum value";

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapGet("/v2/payments", ListAsync)
        .ForMerchants()
        .WithName("ListPayments")
        .WithSummary("Lists the merchant's payments, newest first.")
        .ReadsQuery(static query => Read(query, out _))
        .Answers("One page", PaymentReplies.Listed(PaymentExamples.Page))
        .Answers("Unknown state", PaymentProblem.Invalid(UnknownStatus));

    private static async Task<IResult> ListAsync(HttpContext context, [FromServices] IGrainFactory grains)
    {
        var query = Read(new QueryReader(context.Request.Query), out var error);
        if (query is null)
            return PaymentProblem.Invalid(error!.Reason);
        var grain = grains.GetGrain<IMerchantListingGrain>(MerchantCall.Of(context).MerchantId);
        return PaymentReplies.Listed(await grain.ListPaymentsAsync(query, context.RequestAborted));
    }

    private static ListPayments? Read(QueryReader query, out FieldError? error)
    {
        var transactionId = query.Text("merchantTransactionId", CreatePaymentBody.TransactionIdLengthMax);
        var word = query.OneOf("status", WireNames.Statuses, UnknownStatus);
        var status = word is not null && WireNames.TryParseStatus(word, out var known) ? known : (PaymentStatus?)null;
        var (from, to) = query.Period("from", "to");
        var limit = query.Integer("limit", 1, ListLimits.Max, ListLimits.Default);
        var after = query.Cursor("cursor", ListCursor.OfIds);

        error = query.End();
        return error is null ? new ListPayments(transactionId, status, from, to, after, limit!.Value) : null;
    }
}

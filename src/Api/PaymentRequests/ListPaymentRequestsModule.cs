using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Listing;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary><c>GET /api/payhub/v1/payment/request</c>: the merchant's own payment requests, newest first. The contract's source does not have it.</summary>
public sealed class ListPaymentRequestsModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapGet(PaymentRequestRoutes.Collection, ListAsync)
        .ForApiKeys()
        .WithName("ListPaymentRequests")
        .WithSummary("Lists the merchant's payment requests, newest first.")
        .ReadsQuery(static query => Read(query, out _))
        .Answers("One page", PaymentRequestReplies.Listed(PaymentRequestExamples.Page))
        .Answers("Unknown parameter", static context => PayhubProblem.Invalid(context, new FieldError("State", "Query parameter is not known")));

    private static async Task<IResult> ListAsync(HttpContext context, [FromServices] IGrainFactory grains)
    {
        var query = Read(new QueryReader(context.Request.Query), out var error);
        if (query is null)
            return PayhubProblem.Invalid(context, error!);
        var grain = grains.GetGrain<IMerchantListingGrain>(PayhubCall.Of(context).MerchantId);
        return PaymentRequestReplies.Listed(await grain.ListPaymentRequestsAsync(query, context.RequestAborted));
    }

    private static ListPaymentRequests? Read(QueryReader query, out FieldError? error)
    {
        var word = query.OneOf("Status", PaymentRequestReplies.Statuses);
        var (from, to) = query.Period("From", "To");
        var limit = query.Integer("Limit", 1, ListLimits.Max, ListLimits.Default);
        var after = query.Cursor("Cursor", ListCursor.OfIds);

        error = query.End();
        return error is null ? new ListPaymentRequests(PaymentRequestReplies.Parse(word), from, to, after, limit!.Value) : null;
    }
}

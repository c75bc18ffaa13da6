using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Listing;

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
        .Produces<PaymentRequestListBody>()
        .Produces<PayhubProblemBody>(StatusCodes.Status400BadRequest);

    private static async Task<IResult> ListAsync(HttpContext context, [FromServices] IGrainFactory grains)
    {
        var query = Read(context.Request.Query, out var error);
        if (query is null)
            return PayhubProblem.Invalid(context, error!);
        var grain = grains.GetGrain<IMerchantListingGrain>(PayhubCall.Of(context).MerchantId);
        return PaymentRequestReplies.Listed(await grain.ListPaymentRequestsAsync(query, context.RequestAborted));
    }

    private static ListPaymentRequests? Read(IQueryCollection parameters, out FieldError? error)
    {
        var query = new QueryReader(parameters, "Status", "From", "To", "Limit", "Cursor");
        PaymentRequestStatus? status = null;
        if (query.Word("Status") is { } word)
        {
            if (PaymentRequestReplies.TryParse(word, out var known))
                status = known;
            else
                query.Refuse("Status", $"Status must be one of {string.Join(", ", PaymentRequestReplies.Statuses)}");
        }
        var (from, to) = query.Period("From", "To");
        var limit = query.Integer("Limit", 1, ListLimits.Max) ?? ListLimits.Default;
        var after = query.Cursor("Cursor");

        error = query.Error;
        return error is null ? new ListPaymentRequests(status, from, to, after, limit) : null;
    }
}

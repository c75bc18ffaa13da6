using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Listing;
using Payments.Api.Payments;

namespace Payments.Api.Operators;

/// <summary>
/// What operators can do: <c>GET /operator/v1/waiting</c> lists what waits for somebody, <c>POST /operator/v1/payments/{id}/read</c> and
/// <c>POST /operator/v1/payment-requests/{id}/read</c> make one read its object at the provider at once. No part of the contracts with merchants.
/// </summary>
public sealed class OperatorModule : ICarterModule
{
    private static readonly Dictionary<string, WaitingKind> Kinds = new(StringComparer.Ordinal)
    {
        ["operator"] = WaitingKind.Operator,
        ["cancel"] = WaitingKind.Cancel,
        ["settlement"] = WaitingKind.Settlement,
        ["dead_letter"] = WaitingKind.DeadLetter,
    };

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        ForOperators(app.MapGet($"{OperatorContract.Path}/waiting", ListAsync), "ListWaiting", "Lists what waits for somebody, longest waiting first.");
        ForOperators(
            app.MapPost($"{OperatorContract.Path}/payments/{{paymentId}}/read", ReadPaymentAsync), "ReadPaymentNow", "Reads a payment at its provider now.");
        ForOperators(
            app.MapPost($"{OperatorContract.Path}/payment-requests/{{paymentRequestId}}/read", ReadRequestAsync),
            "ReadPaymentRequestNow", "Reads a payment request at Klarna now.");
    }

    private static void ForOperators(RouteHandlerBuilder route, string name, string summary) =>
        route.AddEndpointFilter<RouteHandlerBuilder, OperatorFilter>().WithName(name).WithSummary(summary).WithTags("Operators");

    private static async Task<IResult> ListAsync(HttpContext context, [FromServices] IGrainFactory grains)
    {
        var query = new QueryReader(context.Request.Query);
        var kind = query.OneOf("for", [.. Kinds.Keys]) ?? "operator";
        var limit = query.Integer("limit", 1, ListLimits.Max, ListLimits.Default);
        var after = query.Cursor("cursor", ListCursor.OfGrains);
        if (query.End() is { } error)
            return PaymentProblem.Invalid(error.Reason);

        var page = await Operators(grains).ListWaitingAsync(new ListWaitingCases(Kinds[kind], after, limit!.Value), context.RequestAborted);
        var cases = page.Cases.Select(static found => new WaitingBody(
            found.Kind, found.Id, found.MerchantId, found.Status, found.Since.UtcDateTime, found.NextLookAt?.UtcDateTime));
        var body = new WaitingListBody([.. cases], page.Next is { } next ? ListCursor.ToText(next) : null);
        return new JsonReply<WaitingListBody>(StatusCodes.Status200OK, body, OperatorJson.Wire.WaitingListBody);
    }

    private static async Task<IResult> ReadPaymentAsync(HttpContext context, string paymentId, [FromServices] IGrainFactory grains) =>
        UuidText.TryParse(paymentId, out var id)
            ? Reply(await Operators(grains).ReadPaymentAsync(id, OperatorCall.Of(context).Actor), "paymentId not found")
            : PaymentProblem.NotFound;

    private static async Task<IResult> ReadRequestAsync(HttpContext context, string paymentRequestId, [FromServices] IGrainFactory grains) => Reply(
        long.TryParse(paymentRequestId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? await Operators(grains).ReadPaymentRequestAsync(id, OperatorCall.Of(context).Actor)
            : null,
        "paymentRequestId not found");

    private static IOperatorGrain Operators(IGrainFactory grains) => grains.GetGrain<IOperatorGrain>(0);

    private static IResult Reply(ProviderRead? read, string notFound)
    {
        if (read is null)
            return PaymentProblem.Of(StatusCodes.Status404NotFound, notFound);
        var outcome = read.Outcome switch
        {
            ProviderReadOutcome.Read => "READ",
            ProviderReadOutcome.Unreadable => "UNREADABLE",
            ProviderReadOutcome.NothingToRead => "NOTHING_TO_READ",
            _ => throw new InvalidOperationException($"A read cannot end as {read.Outcome}."),
        };
        var body = new ProviderReadBody(
            outcome, read.StatusBefore, read.StatusAfter, read.ProviderObject, read.ProviderState, read.NextLookAt?.UtcDateTime);
        return new JsonReply<ProviderReadBody>(StatusCodes.Status200OK, body, OperatorJson.Wire.ProviderReadBody);
    }
}

/// <summary>One that waits.</summary>
internal sealed record WaitingBody(string Kind, string Id, Guid? MerchantId, string? Status, DateTime Since, DateTime? NextLookAt);

/// <summary>A page of them.</summary>
internal sealed record WaitingListBody(IReadOnlyList<WaitingBody> Data, string? Next);

/// <summary>What came of a read.</summary>
internal sealed record ProviderReadBody(
    string Outcome, string StatusBefore, string StatusAfter, string? ProviderObject, string? ProviderState, DateTime? NextLookAt);

/// <summary>How operators' bodies are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WaitingListBody))]
[JsonSerializable(typeof(ProviderReadBody))]
internal sealed partial class OperatorJson : JsonSerializerContext
{
    /// <summary>Camel case, and without the default encoder's escapes for HTML: these answers are never part of a page.</summary>
    public static readonly OperatorJson Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Listing;

namespace Payments.Api.OpenApi;

/// <summary>One answer that a route can give, made by the code that gives it.</summary>
/// <param name="Summary">When it is given.</param>
/// <param name="Example">Makes it for a request to the route.</param>
internal sealed record AnswerMetadata(string Summary, Func<HttpContext, IResult> Example);

/// <summary>The body that a route reads.</summary>
/// <param name="Example">A body with every field that the route knows, so that reading it asks for all of them.</param>
/// <param name="Read">The route's reading of it.</param>
internal sealed record RequestBodyMetadata(string Example, Action<FieldReader> Read);

/// <summary>The query that a route reads.</summary>
/// <param name="Read">The route's reading of it.</param>
internal sealed record QueryMetadata(Action<QueryReader> Read);

/// <summary>Declares on a route what the OpenAPI document says about it.</summary>
internal static class DocumentedRoutes
{
    /// <summary>Declares an answer. Status, body and schema are those of <paramref name="example"/>.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, string summary, Func<HttpContext, IResult> example) =>
        route.WithMetadata(new AnswerMetadata(summary, example));

    /// <summary>Declares an answer that is the same for every request.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, string summary, IResult example) =>
        route.Answers(summary, _ => example);

    /// <summary>Declares the body. Its schema is what <paramref name="read"/> asks for.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, string example, Action<FieldReader> read) =>
        route.WithMetadata(new RequestBodyMetadata(example, read));

    /// <summary>Declares the query. Its parameters are what <paramref name="read"/> asks for.</summary>
    public static RouteHandlerBuilder ReadsQuery(this RouteHandlerBuilder route, Action<QueryReader> read) =>
        route.WithMetadata(new QueryMetadata(read));

    /// <summary>The answer to a body that is refused for <paramref name="read"/>'s first error.</summary>
    public static Func<HttpContext, IResult> Refusing(string body, Action<FieldReader> read, Func<HttpContext, FieldError, IResult> answer) =>
        context =>
        {
            var fields = new FieldReader(JsonElement.Parse(body));
            read(fields);
            return answer(context, fields.Error ?? throw new InvalidOperationException($"There is nothing wrong with {body}"));
        };
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.Listing;

namespace Payments.Api.OpenApi;

/// <summary>Describes one route of a contract.</summary>
/// <param name="contract">The contract.</param>
/// <param name="schemas">Where schemas go.</param>
/// <param name="route">The route.</param>
/// <param name="method">Its HTTP method.</param>
internal sealed class OperationWriter(ContractDescription contract, TypeSchemas schemas, RouteEndpoint route, string method)
{
    private readonly bool _takesKey = route.Metadata.GetMetadata<IdempotencyKeyMetadata>() is not null;

    private string Id => route.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
        ?? throw new InvalidOperationException($"{method} {route.RoutePattern.RawText} has no name.");

    /// <summary>The operation object.</summary>
    public JsonObject Write()
    {
        var operation = new JsonObject
        {
            ["operationId"] = Id,
            ["summary"] = route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary,
            ["tags"] = new JsonArray([.. route.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Select(static tag => (JsonNode)tag) ?? []]),
        };
        if (route.Metadata.GetMetadata<IEndpointDescriptionMetadata>() is { } description)
            operation["description"] = description.Description;
        operation["parameters"] = Parameters();
        if (route.Metadata.GetMetadata<RequestBodyMetadata>() is { } body)
            operation["requestBody"] = RequestBody(body);
        operation["responses"] = Responses();
        return operation;
    }

    private JsonArray Parameters()
    {
        var parameters = new JsonArray();
        foreach (var parameter in route.RoutePattern.Parameters)
        {
            var schema = contract.PathParameter(parameter.Name);
            var example = schema["example"]!.DeepClone();
            schema.Remove("example");
            parameters.Add(new JsonObject
            {
                ["name"] = parameter.Name, ["in"] = "path", ["required"] = true, ["schema"] = schema, ["example"] = example,
            });
        }

        if (route.Metadata.GetMetadata<QueryMetadata>() is { } query)
        {
            var recorder = new SchemaRecorder();
            query.Read(new QueryReader(QueryCollection.Empty, recorder));
            foreach (var (name, schema) in recorder.Properties)
                parameters.Add(new JsonObject { ["name"] = name, ["in"] = "query", ["required"] = false, ["schema"] = schema!.DeepClone() });
        }

        foreach (var header in contract.Headers)
            parameters.Add(OpenApiDocument.ParameterReference(header["name"]!.GetValue<string>()));
        if (_takesKey)
            parameters.Add(OpenApiDocument.ParameterReference(IdempotencyKeyHeader.Name));
        return parameters;
    }

    private JsonObject RequestBody(RequestBodyMetadata body)
    {
        var recorder = new SchemaRecorder();
        var fields = new FieldReader(JsonElement.Parse(body.Example), recorder);
        body.Read(fields);
        if (fields.Error is { } error)
            throw new InvalidOperationException($"{Id}: its own example is refused: {error.Reason}");
        return new JsonObject
        {
            ["required"] = true,
            ["content"] = Content(schemas.Add($"{Id}Request", recorder.Schema), [("example", Id, JsonNode.Parse(body.Example)!)]),
        };
    }

    private JsonObject Responses()
    {
        var answers = route.Metadata.GetOrderedMetadata<AnswerMetadata>()
            .Select(answer => (answer.Summary, Reply: (IJsonReply)answer.Example(ExampleRequest())))
            .GroupBy(static answer => answer.Reply.Status)
            .OrderBy(static group => group.Key);
        var responses = new JsonObject();
        foreach (var group in answers)
        {
            var examples = group.Select(static answer => (
                Slug(answer.Summary), answer.Summary, JsonNode.Parse(answer.Reply.ToBytes().Body.Span)!)).ToList();
            var types = group.Select(static answer => answer.Reply.BodyType).Distinct().ToList();
            if (types.Count != 1)
                throw new InvalidOperationException($"{Id} answers {group.Key} with several types of body.");
            responses[group.Key.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["description"] = string.Join(". ", examples.Select(static example => example.Summary)) + ".",
                ["headers"] = Headers(group.Key),
                ["content"] = Content(schemas.Of(types[0]), examples),
            };
        }
        return responses;
    }

    private JsonObject Headers(int status)
    {
        var headers = new JsonObject { [ContractMiddleware.TraceIdHeader] = OpenApiDocument.HeaderReference(ContractMiddleware.TraceIdHeader) };
        if (_takesKey && IdempotentCall.IsDefinite(status))
            headers[IdempotencyKeyHeader.ReplayedName] = OpenApiDocument.HeaderReference(IdempotencyKeyHeader.ReplayedName);
        if (status == StatusCodes.Status503ServiceUnavailable || (_takesKey && status == StatusCodes.Status409Conflict))
            headers["Retry-After"] = OpenApiDocument.HeaderReference("Retry-After");
        return headers;
    }

    private static JsonObject Content(JsonObject schema, IEnumerable<(string Name, string Summary, JsonNode Value)> examples)
    {
        var list = new JsonObject();
        foreach (var (name, summary, value) in examples)
            list[name] = new JsonObject { ["summary"] = summary, ["value"] = value };
        return new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema, ["examples"] = list } };
    }

    /// <summary>A request to the route with the examples of its path parameters.</summary>
    private DefaultHttpContext ExampleRequest()
    {
        var path = new StringBuilder(route.RoutePattern.RawText);
        foreach (var parameter in route.RoutePattern.Parameters)
            path.Replace($"{{{parameter.Name}}}", contract.PathParameter(parameter.Name)["example"]!.ToString());
        var context = new DefaultHttpContext();
        context.Features.Set(contract.Contract);
        context.Request.Method = method;
        context.Request.Path = path.ToString();
        return context;
    }

    private static string Slug(string summary) =>
        string.Concat(summary.Select(static character => char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '-'));
}

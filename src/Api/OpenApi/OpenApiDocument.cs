using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.PaymentRequests;
using Payments.Api.Payments;

namespace Payments.Api.OpenApi;

/// <summary>
/// Makes the OpenAPI 3.1 documents from the routes. Not by Microsoft.AspNetCore.OpenApi: the routes read their bodies themselves, so that it would know
/// neither bodies nor limits, and every answer here is made by the code that gives it.
/// </summary>
internal static class OpenApiDocument
{
    /// <summary>Both contracts.</summary>
    public static IReadOnlyList<ContractDescription> Contracts { get; } = [new PaymentsDescription(), new PayhubDescription()];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One contract's document; the same bytes for the same routes.</summary>
    public static string Write(ContractDescription contract, IEnumerable<Endpoint> endpoints)
    {
        var schemas = new TypeSchemas(contract);
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = contract.Title, ["version"] = "1", ["description"] = contract.About },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(Requirement(contract)),
            ["paths"] = Paths(contract, schemas, endpoints),
            ["components"] = Components(contract, schemas),
        };
        return JsonSerializer.Serialize(document, Indented) + "\n";
    }

    /// <summary>A reference to a parameter of every request.</summary>
    public static JsonObject ParameterReference(string name) => new() { ["$ref"] = $"#/components/parameters/{name}" };

    /// <summary>A reference to a header of an answer.</summary>
    public static JsonObject HeaderReference(string name) => new() { ["$ref"] = $"#/components/headers/{name}" };

    private static JsonObject Requirement(ContractDescription contract)
    {
        var all = new JsonObject();
        foreach (var (name, _) in contract.SecuritySchemes)
            all[name] = new JsonArray();
        return all;
    }

    private static JsonObject Paths(ContractDescription contract, TypeSchemas schemas, IEnumerable<Endpoint> endpoints)
    {
        var routes = endpoints.OfType<RouteEndpoint>()
            .Where(route => new PathString(route.RoutePattern.RawText).StartsWithSegments(contract.Contract.Prefix))
            .SelectMany(static route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => (Route: route, Method: method)))
            .GroupBy(static operation => operation.Route.RoutePattern.RawText!)
            .OrderBy(static group => group.Key, StringComparer.Ordinal);
        var paths = new JsonObject();
        foreach (var group in routes)
        {
            var item = new JsonObject();
            foreach (var (route, method) in group.OrderBy(static operation => operation.Method, StringComparer.Ordinal))
                item[method.ToLowerInvariant()] = new OperationWriter(contract, schemas, route, method).Write();
            paths[group.Key] = item;
        }
        return paths;
    }

    private static JsonObject Components(ContractDescription contract, TypeSchemas schemas)
    {
        var named = new JsonObject();
        foreach (var (name, schema) in schemas.Components)
            named[name] = schema;
        var parameters = new JsonObject();
        foreach (var header in contract.Headers)
            parameters[header["name"]!.GetValue<string>()] = header;
        parameters[IdempotencyKeyHeader.Name] = IdempotencyKey();
        return new JsonObject
        {
            ["schemas"] = named,
            ["parameters"] = parameters,
            ["headers"] = new JsonObject
            {
                [ContractMiddleware.TraceIdHeader] = Header("Names the request in logs and traces.", "^[0-9a-f]{32}$"),
                [IdempotencyKeyHeader.ReplayedName] = Header("The answer was stored when the first request with this Idempotency-Key got it.", "^true$"),
                ["Retry-After"] = Header("Seconds after which to try again.", "^[0-9]+$"),
            },
            ["securitySchemes"] = contract.SecuritySchemes,
        };
    }

    private static JsonObject IdempotencyKey() => new()
    {
        ["name"] = IdempotencyKeyHeader.Name,
        ["in"] = "header",
        ["required"] = false,
        ["description"] = "Makes the request safe to repeat: a repeat with the same key gets the first one's answer, for at least 7 days. Visible ASCII, bare or in "
            + "double quotes; one per request and merchant.",
        ["schema"] = new JsonObject
        {
            ["type"] = "string", ["minLength"] = 1, ["maxLength"] = IdempotencyKeyHeader.LengthMax, ["pattern"] = "^[!-~]+$",
        },
    };

    private static JsonObject Header(string description, string pattern) => new()
    {
        ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string", ["pattern"] = pattern },
    };
}

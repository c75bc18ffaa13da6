using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Payments.Api.OpenApi;

/// <summary>Serves the checked-in OpenAPI documents under <c>/openapi/</c> and a page that shows them at <c>/reference</c>. The page loads nothing from
/// elsewhere.</summary>
public sealed class ReferenceModule : ICarterModule
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        foreach (var contract in OpenApiDocument.Contracts)
            MapFile(app, $"/openapi/{contract.DocumentName}.json", $"{contract.DocumentName}.json", "application/json; charset=utf-8");
        MapFile(app, "/reference", "reference.html", "text/html; charset=utf-8");
        MapFile(app, "/reference/reference.css", "reference.css", "text/css; charset=utf-8");
        MapFile(app, "/reference/reference.js", "reference.js", "text/javascript; charset=utf-8");
    }

    private static void MapFile(IEndpointRouteBuilder app, string path, string resource, string contentType)
    {
        var content = Load(resource);
        app.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = PagePolicy;
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = "no-cache";
            return Results.Bytes(content, contentType);
        });
    }

    private static byte[] Load(string resource)
    {
        using var stream = typeof(ReferenceModule).Assembly.GetManifestResourceStream($"OpenApi/{resource}");

        // While the documents are being written for the first time there are none.
        if (stream is null)
            return [];
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Payments.Testing.OpenApi;

namespace Payments.EndToEnd.Harness;

/// <summary>A client that knows nothing of a contract but its OpenAPI document: paths, verbs, headers and bodies come from there, and what comes back must
/// be what the document says.</summary>
public sealed class DocumentClient
{
    private readonly HttpClient http;
    private readonly JsonElement document;
    private readonly JsonSchema schemas;
    private readonly IReadOnlyDictionary<string, string> credentials;

    private DocumentClient(HttpClient http, JsonElement document, IReadOnlyDictionary<string, string> credentials)
    {
        (this.http, this.document, this.credentials) = (http, document, credentials);
        schemas = new JsonSchema(document);
    }

    /// <summary>Reads the document of a running API.</summary>
    /// <param name="deployment">Where it runs.</param>
    /// <param name="name">The document.</param>
    /// <param name="credentials">A value for each of its security schemes.</param>
    public static async Task<DocumentClient> LoadAsync(Deployment deployment, string name, IReadOnlyDictionary<string, string> credentials) =>
        new(deployment.Api, JsonElement.Parse(await deployment.Api.GetStringAsync($"/openapi/{name}.json")), credentials);

    /// <summary>Calls an operation with its documented example as body.</summary>
    /// <param name="operationId">The operation.</param>
    /// <param name="parameters">Path and query parameters.</param>
    /// <param name="change">Changes the example, or null.</param>
    /// <returns>Status and body, which the document allows.</returns>
    public async Task<(int Status, JsonElement Body)> CallAsync(
        string operationId, IReadOnlyDictionary<string, string>? parameters = null, Action<JsonObject>? change = null)
    {
        var (path, verb, operation) = Find(operationId);
        using var request = new HttpRequestMessage(new HttpMethod(verb.ToUpperInvariant()), Address(path, operation, parameters ?? new Dictionary<string, string>()));
        foreach (var header in Parameters(operation, "header").Where(static header => header.GetProperty("required").GetBoolean()))
            request.Headers.Add(header.GetProperty("name").GetString()!, header.GetProperty("schema").GetProperty("enum")[0].GetString());
        AddCredentials(request);
        if (operation.TryGetProperty("requestBody", out var body))
            request.Content = new StringContent(Body(operationId, body, change), Encoding.UTF8, "application/json");

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var status = $"{(int)response.StatusCode}";
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out var documented), $"{operationId} answered {status}, which is not documented: {text}");
        var answer = JsonElement.Parse(text);
        Assert.Empty(schemas.Faults(documented.GetProperty("content").GetProperty("application/json").GetProperty("schema"), answer));
        AssertHeaders(response, documented);
        return ((int)response.StatusCode, answer);
    }

    private (string Path, string Verb, JsonElement Operation) Find(string operationId) => (
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Value.GetProperty("operationId").GetString() == operationId
        select (path.Name, operation.Name, operation.Value)).Single();

    private IEnumerable<JsonElement> Parameters(JsonElement operation, string place) => operation.GetProperty("parameters").EnumerateArray()
        .Select(schemas.Resolve)
        .Where(parameter => parameter.GetProperty("in").GetString() == place);

    private string Address(string path, JsonElement operation, IReadOnlyDictionary<string, string> values)
    {
        foreach (var name in Parameters(operation, "path").Select(static parameter => parameter.GetProperty("name").GetString()!))
            path = path.Replace($"{{{name}}}", Uri.EscapeDataString(values[name]), StringComparison.Ordinal);
        var query = Parameters(operation, "query").Select(static parameter => parameter.GetProperty("name").GetString()!)
            .Where(values.ContainsKey)
            .Select(name => $"{name}={Uri.EscapeDataString(values[name])}");
        return $"{document.GetProperty("servers")[0].GetProperty("url").GetString()!.TrimEnd('/')}{path}?{string.Join('&', query)}";
    }

    private void AddCredentials(HttpRequestMessage request)
    {
        foreach (var required in document.GetProperty("security")[0].EnumerateObject())
        {
            var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty(required.Name);
            if (scheme.GetProperty("type").GetString() == "http")
                request.Headers.Authorization = new("Bearer", credentials[required.Name]);
            else
                request.Headers.Add(scheme.GetProperty("name").GetString()!, credentials[required.Name]);
        }
    }

    private string Body(string operationId, JsonElement body, Action<JsonObject>? change)
    {
        var content = body.GetProperty("content").GetProperty("application/json");
        var example = JsonNode.Parse(content.GetProperty("examples").EnumerateObject().First().Value.GetProperty("value").GetRawText())!.AsObject();
        change?.Invoke(example);
        var text = example.ToJsonString();
        var faults = schemas.Faults(content.GetProperty("schema"), JsonElement.Parse(text));
        return faults.Count == 0 ? text : throw new InvalidOperationException($"{operationId}: {string.Join("; ", faults)}");
    }

    private void AssertHeaders(HttpResponseMessage response, JsonElement documented)
    {
        foreach (var (name, values) in response.Headers.Where(static header => header.Key is "X-Trace-Id" or "Retry-After" or "Idempotent-Replayed"))
        {
            var header = schemas.Resolve(documented.GetProperty("headers").GetProperty(name));
            Assert.Matches(new Regex(header.GetProperty("schema").GetProperty("pattern").GetString()!), Assert.Single(values));
        }
        Assert.True(response.Headers.Contains("X-Trace-Id"));
    }
}

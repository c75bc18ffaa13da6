using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Payments.Api.OpenApi;
using Payments.Testing.OpenApi;
using Xunit;

namespace Payments.Api.Tests.OpenApi;

/// <summary>The OpenAPI documents: that they are what the code does, and that they are served.</summary>
public sealed class DocumentTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly string[] Documents = ["payments-v2", "payhub"];

    public static TheoryData<string> Names => [.. Documents];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_checked_in_and_served_is_what_the_code_says(string name)
    {
        var answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/openapi/{name}.json"));
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        var written = ApiReference.WriteDocuments([.. server.Routes]).Single(document => document.Key == $"{name}.json").Value;
        Assert.True(written == answer.Body, $"docs/openapi/{name}.json is not what the code says. Run ./dev openapi and read the difference.");
    }

    [Fact]
    public async Task Every_route_of_the_contracts_is_in_a_document_and_nothing_else_is()
    {
        var documented = new List<string>();
        foreach (var name in Documents)
        {
            foreach (var (method, path, _) in Operations(await DocumentAsync(name)))
                documented.Add($"{method} {path}");
        }

        // Providers' events and what operators do are no part of a contract with merchants; the reference describes itself.
        var served = server.Routes
            .Where(static route => !route.RoutePattern.RawText!.StartsWith("/openapi/", StringComparison.Ordinal)
                && !route.RoutePattern.RawText.StartsWith("/reference", StringComparison.Ordinal)
                && !route.RoutePattern.RawText.StartsWith("/provider-events/", StringComparison.Ordinal)
                && !route.RoutePattern.RawText.StartsWith("/operator/", StringComparison.Ordinal))
            .SelectMany(static route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}"));
        Assert.Equal(served.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_example_is_valid_by_its_schema(string name)
    {
        var document = await DocumentAsync(name);
        var schema = new JsonSchema(document);
        var count = 0;
        foreach (var (method, path, operation) in Operations(document))
        {
            var contents = operation.GetProperty("responses").EnumerateObject().Select(static response => response.Value).ToList();
            if (operation.TryGetProperty("requestBody", out var body))
                contents.Add(body);
            foreach (var content in contents.Select(static entry => entry.GetProperty("content").GetProperty("application/json")))
            {
                foreach (var example in content.GetProperty("examples").EnumerateObject())
                {
                    var faults = schema.Faults(content.GetProperty("schema"), example.Value.GetProperty("value"));
                    Assert.True(faults.Count == 0, $"{method} {path}, {example.Name}: {string.Join("; ", faults)}");
                    count++;
                }
            }
        }
        Assert.True(count > 40);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_operation_says_what_it_takes_and_every_way_in_which_it_answers(string name)
    {
        var document = await DocumentAsync(name);
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        var ids = new HashSet<string>();
        foreach (var (method, path, operation) in Operations(document))
        {
            Assert.True(ids.Add(operation.GetProperty("operationId").GetString()!));
            Assert.EndsWith(".", operation.GetProperty("summary").GetString(), StringComparison.Ordinal);
            Assert.Equal(method is "POST" or "PATCH", operation.TryGetProperty("requestBody", out _));
            var answers = operation.GetProperty("responses").EnumerateObject().Select(static response => response.Name).ToList();
            Assert.Contains(answers, static status => status[0] == '2');
            string[] expected = method == "GET" ? ["401", "406", "500"] : ["400", "401", "406", "409", "413", "415", "422", "500"];
            Assert.Empty(expected.Except(answers));
            var keyed = operation.GetProperty("parameters").EnumerateArray()
                .Any(static parameter => parameter.TryGetProperty("$ref", out var reference) && reference.GetString()!.EndsWith("/Idempotency-Key", StringComparison.Ordinal));
            Assert.True(keyed == (method != "GET"), $"{method} {path}: Idempotency-Key");
        }
    }

    /// <summary>An answer that is only declared as a status and a type would have no example.</summary>
    [Fact]
    public void No_route_declares_an_answer_that_the_documents_do_not_show()
    {
        foreach (var route in server.Routes)
            Assert.True(
                route.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().All(static produces => produces.Type is null || produces.Type == typeof(void)),
                $"{route.RoutePattern.RawText}: say .Answers(…) instead of .Produces(…).");
    }

    [Fact]
    public async Task The_seeds_bodies_are_in_the_documents_as_the_seeds_have_them()
    {
        var v2 = await DocumentAsync("payments-v2");
        Assert.Equal(
            """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind before shipment"}""",
            Compact(Operation(v2, "CancelPayment").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("examples").GetProperty("example").GetProperty("value")));
        AssertAnswers(v2, "CancelPayment", "202", """{"url":"https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/v2/payments/770e8400-e29b-41d4-a716-446655440000","data":{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"status":"CANCEL_INITIALIZED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCEL_INITIALIZED"}]}}""");
        AssertAnswers(v2, "GetPayment", "200", """{"data":{"id":"770e8400-e29b-41d4-a716-446655440000","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCELED"}]}}""");
        AssertAnswers(v2, "CancelPayment", "422", """{"title":"UNPROCESSABLE_ENTITY","status":422,"detail":"Payment cannot be cancelled in COMPLETED state"}""");
        AssertAnswers(v2, "CancelPayment", "422", """{"title":"UNPROCESSABLE_ENTITY","status":422,"detail":"Payment already failed"}""");
        AssertAnswers(v2, "CancelPayment", "422", """{"title":"PAYMENT_ERROR","status":422,"detail":"Cancellation processing failed"}""");
        AssertAnswers(v2, "CancelPayment", "404", """{"title":"NOT_FOUND","status":404,"detail":"paymentId not found"}""");
        AssertAnswers(v2, "CancelPayment", "400", """{"title":"INVALID_REQUEST","status":400,"detail":"paymentCancellationReason is required"}""");
        AssertAnswers(v2, "CancelPayment", "400", """{"title":"INVALID_REQUEST","status":400,"detail":"Invalid enum value"}""");

        var payhub = await DocumentAsync("payhub");
        AssertAnswers(payhub, "CancelPaymentRequest", "200", "{}");
        foreach (var (status, row) in PayhubRows)
            AssertAnswers(payhub, "CancelPaymentRequest", status, row);
    }

    [Fact]
    public async Task The_reference_page_needs_nothing_from_elsewhere()
    {
        foreach (var (path, type) in ((string, string)[])[("/reference", "text/html"), ("/reference/reference.css", "text/css"), ("/reference/reference.js", "text/javascript")])
        {
            var answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
            Assert.Equal((200, $"{type}; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
            Assert.StartsWith("default-src 'none'; script-src 'self'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.DoesNotContain("://", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotMatch("<script>|style=|onclick=", answer.Body);
        }
    }

    private static readonly (string Status, string Body)[] PayhubRows =
    [
        ("400", """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"Bad Request","Status":400,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request is not a Klarna payment","Errors":[{"Name":"Provider","Reason":"Cancellation is only supported for Klarna payments","Code":null,"Severity":null}]}"""),
        ("403", """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.3","Title":"Forbidden","Status":403,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"You are not authorized to cancel this payment request","Errors":[{"Name":"Authorization","Reason":"Payment request belongs to a different merchant","Code":null,"Severity":null}]}"""),
        ("404", """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.4","Title":"Not Found","Status":404,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request not found","Errors":[{"Name":"PaymentRequest","Reason":"No payment request found with the given ID","Code":null,"Severity":null}]}"""),
        ("409", """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.8","Title":"Conflict","Status":409,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Payment request cannot be cancelled","Errors":[{"Name":"Status","Reason":"Payment request is already cancelled or completed","Code":null,"Severity":null}]}"""),
        ("500", """{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"One or more errors occurred.","Status":500,"Instance":"/api/payhub/v1/payment/request/123","TraceId":null,"Detail":"Failed to cancel payment request","Errors":[{"Name":"Server","Reason":"Internal server error","Code":null,"Severity":null}]}"""),
    ];

    private static void AssertAnswers(JsonElement document, string operationId, string status, string body)
    {
        var examples = Operation(document, operationId).GetProperty("responses").GetProperty(status)
            .GetProperty("content").GetProperty("application/json").GetProperty("examples");
        Assert.Contains(body, examples.EnumerateObject().Select(static example => Compact(example.Value.GetProperty("value"))));
    }

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonElement Operation(JsonElement document, string id) =>
        Operations(document).Single(operation => operation.Operation.GetProperty("operationId").GetString() == id).Operation;

    internal static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    private async Task<JsonElement> DocumentAsync(string name) =>
        JsonElement.Parse((await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/openapi/{name}.json"))).Body);
}

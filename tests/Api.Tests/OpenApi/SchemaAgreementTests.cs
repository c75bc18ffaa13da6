using System.Text.Json;
using System.Text.Json.Nodes;
using Payments.Testing.OpenApi;
using Xunit;

namespace Payments.Api.Tests.OpenApi;

/// <summary>The published schemas against the API itself: bodies around every limit, each refused by both or by neither.</summary>
public sealed class SchemaAgreementTests : IAsyncLifetime
{
    private readonly ApiServer server = new();

    /// <summary>Rules between fields, and of things that are configured: a schema cannot say them, the API may refuse more than the schema for them.</summary>
    private static readonly string[] BeyondSchemas =
    [
        "must be equal to amount", "must be a number from", " decimals in ", "urrency is not supported", "urrencyCode is not supported",
        "is only supported for Klarna payments", "exclude each other", "consent.ipAddress must be an IP address",
    ];

    public async Task InitializeAsync()
    {
        await server.InitializeAsync();
        server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.NotFound, null, null));
        server.Grains.OnCreate = (_, _) => Task.FromResult(new CreatePaymentResult(CreatePaymentOutcome.TooManyAttempts, null));
        server.Grains.OnCapture = (_, _) => Task.FromResult(new CapturePaymentResult(CapturePaymentOutcome.NotFound, null, null));
        server.Grains.OnRefund = (_, _) => Task.FromResult(new RefundPaymentResult(RefundPaymentOutcome.NotFound, null, null));
        server.Grains.OnCancelRequest = (_, _) => Task.FromResult(CancelPaymentRequestOutcome.NotFound);
        server.Grains.OnCreateRequest = (_, _) => Task.FromResult(
            new CreatePaymentRequestResult(CreatePaymentRequestOutcome.Unknown, Samples.Request(PaymentRequestStatus.Submitted)));
        server.Grains.OnGetRequest = (_, _) => Task.FromResult(new GetPaymentRequestResult(PaymentRequestAccess.NotFound, null));
        server.Grains.OnRefundRequest = (_, _) => Task.FromResult(new RefundPayhubPaymentResult(RefundPayhubPaymentOutcome.NotFound, null));
        server.Grains.OnNextId = () => Task.FromResult(1L);
    }

    public Task DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("payments-v2", "CancelPayment", 25)]
    [InlineData("payments-v2", "CreatePayment", 200)]
    [InlineData("payments-v2", "CapturePayment", 25)]
    [InlineData("payments-v2", "CreateRefund", 100)]
    [InlineData("payhub", "CancelPaymentRequest", 15)]
    [InlineData("payhub", "CreatePaymentRequest", 200)]
    [InlineData("payhub", "RefundPayment", 20)]
    public async Task What_the_schema_refuses_the_api_refuses_and_nothing_else(string name, string operationId, int atLeast)
    {
        var document = JsonElement.Parse((await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/openapi/{name}.json"))).Body);
        var schema = new JsonSchema(document);
        var (method, path, operation) = DocumentTests.Operations(document)
            .Single(operation => operation.Operation.GetProperty("operationId").GetString() == operationId);
        var content = operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        var example = content.GetProperty("examples").GetProperty("example").GetProperty("value").GetRawText();
        var (valid, invalid) = (0, 0);
        foreach (var body in Variants(example))
        {
            var faults = schema.Faults(content.GetProperty("schema"), JsonElement.Parse(body));
            var answer = await SendAsync(method, path.Replace("{paymentId}", name == "payhub" ? "123" : $"{Samples.PaymentId}", StringComparison.Ordinal).Replace("{paymentRequestId}", "123", StringComparison.Ordinal), body);
            var isBeyond = answer.Status == 400 && BeyondSchemas.Any(reason => answer.Body.Contains(reason, StringComparison.Ordinal));
            Assert.True(
                (faults.Count > 0) == (answer.Status == 400) || isBeyond,
                $"The schema says '{string.Join("; ", faults)}', the API says {answer.Status} {answer.Body}, about {body}");
            (valid, invalid) = faults.Count > 0 ? (valid, invalid + 1) : (valid + 1, invalid);
        }

        Assert.True(valid + invalid >= atLeast, $"{valid + invalid} variants");
        Assert.True(valid > 1 && invalid > 1, $"{valid} valid, {invalid} not");
    }

    private Task<Answer> SendAsync(string method, string path, string body) => server.SendAsync(
        path.StartsWith("/v2", StringComparison.Ordinal)
            ? server.V2(new HttpMethod(method), path, body)
            : ApiServer.Payhub(new HttpMethod(method), path, body));

    /// <summary>The example with one thing changed, everywhere and in every way.</summary>
    private static IEnumerable<string> Variants(string example)
    {
        yield return example;
        var places = Places(JsonNode.Parse(example)!).ToList();
        foreach (var place in places)
        {
            foreach (var value in Values)
            {
                yield return With(example, place, JsonNode.Parse(value));
            }
            yield return Without(example, place);
        }
        foreach (var length in (int[])[10, 11, 22, 23, 50, 51, 255, 256, 500, 501])
        {
            foreach (var place in places)
            {
                if (At(JsonNode.Parse(example)!, place) is JsonValue text && text.GetValueKind() == JsonValueKind.String)
                    yield return With(example, place, new string('A', length));
            }
        }
        yield return With(example, "added", "what nobody asks for");
    }

    private static readonly string[] Values =
    [
        "null", "true", "0", "1", "-1", "1.5", "99999999", "100000000", "9999999999", "10000000000", "1000001", "\"\"", "\" \"", "\"a\"", "\"EUR\"", "\"\\u0007\"",
        "\"a\\nb\"", "\"a\\u0085\"", "\"<\"", "\"123\"", "[]", "{}", "[{}]", "[1]", "{\"a\":1}", "\"2026-04-04T12:00:00Z\"", "\"klarna\"", "\"canceled\"",
        "\"ABANDONED\"", "\"abandoned\"", "\"WRITTEN\"", "\"11111111-1111-4111-8111-111111111111\"",
    ];

    private static IEnumerable<string> Places(JsonNode node, string path = "")
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                var place = path.Length == 0 ? name : $"{path}.{name}";
                yield return place;
                foreach (var inner in value is null ? [] : Places(value, place))
                    yield return inner;
            }
        }
        else if (node is JsonArray entries)
        {
            for (var index = 0; index < entries.Count; index++)
            {
                foreach (var inner in Places(entries[index]!, $"{path}[{index}]"))
                    yield return inner;
            }
        }
    }

    private static string With(string example, string place, JsonNode? value)
    {
        var (root, parent, name) = Parent(example, place);
        parent[name] = value?.DeepClone();
        return root.ToJsonString();
    }

    private static string Without(string example, string place)
    {
        var (root, parent, name) = Parent(example, place);
        parent.Remove(name);
        return root.ToJsonString();
    }

    private static (JsonNode Root, JsonObject Parent, string Name) Parent(string example, string place)
    {
        var root = JsonNode.Parse(example)!;
        var cut = place.LastIndexOf('.');
        return (root, (cut < 0 ? root : At(root, place[..cut])!).AsObject(), place[(cut + 1)..]);
    }

    private static JsonNode? At(JsonNode root, string place) => place.Split('.').Aggregate((JsonNode?)root, static (node, step) =>
        step.EndsWith("[0]", StringComparison.Ordinal) ? node![step[..^3]]![0] : node![step]);
}

using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>The merchants' side: webhook endpoints that record what reaches them and answer as ordered.</summary>
internal sealed class MerchantEndpoints(Ledger ledger, FaultInjector faults, CallCounters counters, Capacity capacity, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, MerchantSecret> _secrets = new(StringComparer.Ordinal);

    public void Map(WebApplication app) =>
        app.MapPost("/merchants/{merchant}/webhooks", (RequestDelegate)HandleAsync);

    public void Configure(MerchantSecret secret)
    {
        ledger.Record(new JournalEntry { At = time.GetUtcNow(), Merchant = secret });
        Restore(secret);
    }

    public void Restore(MerchantSecret secret) => _secrets[secret.Merchant] = secret;

    public bool HasSecret(string merchant) => _secrets.TryGetValue(merchant, out var found) && found.Secret is not null;

    private async Task HandleAsync(HttpContext http)
    {
        var merchant = (string)http.Request.RouteValues["merchant"]!;
        var counter = counters.For($"webhook:{merchant}");
        counter.Called();
        var body = await RequestBody.ReadAsync(http);
        var (name, payment) = Describe(body);
        var hit = faults.Take($"webhook:{merchant}", executes: true, named => payment == named);
        if (hit.Any)
            counter.Faulted();
        if (hit.Is(FaultKind.DropBefore))
        {
            http.Abort();
            return;
        }
        await DelayAsync(hit.Delay(FaultPhase.Before));
        var status = hit.Is(FaultKind.DropAfter) ? 0 : Status(hit.Main);
        if (!capacity.TryTake())
        {
            await Reply.TextAsync(http, StatusCodes.Status500InternalServerError, capacity.Refusal, "text/plain");
            return;
        }
        ledger.Record(new JournalEntry { At = time.GetUtcNow(), Webhook = Delivery(http.Request, merchant, body, name, payment, status) });
        await DelayAsync(hit.Delay(FaultPhase.After));
        if (status == 0)
        {
            http.Abort();
            return;
        }
        counter.Answered(status, replayed: false);
        if (hit.Main?.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        if (hit.Main?.Location is { } location)
            http.Response.Headers.Location = location;
        await Reply.TextAsync(http, status, hit.Main?.Body ?? (status == StatusCodes.Status200OK ? """{"received":true}""" : null));
    }

    private WebhookDelivery Delivery(HttpRequest request, string merchant, byte[] body, string? name, string? payment, int status)
    {
        string? id = request.Headers["webhook-id"];
        string? timestamp = request.Headers["webhook-timestamp"];
        string? signature = request.Headers["webhook-signature"];
        var now = time.GetUtcNow();
        bool? valid = _secrets.TryGetValue(merchant, out var secret) && secret.Secret is not null
            ? secret.Verifies(id, timestamp, signature, body, now)
            : null;
        return new WebhookDelivery
        {
            At = now,
            Merchant = merchant,
            WebhookId = id,
            WebhookTimestamp = timestamp,
            WebhookSignature = signature,
            SignatureValid = valid,
            Name = name,
            Payment = payment,
            Answered = status,
            Body = Encoding.UTF8.GetString(body),
        };
    }

    private static int Status(FaultRule? rule) => rule?.Kind switch
    {
        null => StatusCodes.Status200OK,
        FaultKind.Status => rule.StatusCode!.Value,
        FaultKind.LockTimeout or FaultKind.RateLimit => StatusCodes.Status429TooManyRequests,
        FaultKind.IdempotencyInUse => StatusCodes.Status409Conflict,
        FaultKind.Refuse => rule.StatusCode ?? StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Name and payment of a message; a body that is no JSON is recorded without them.</summary>
    private static (string? Name, string? Payment) Describe(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var payload = Property(root, "payload") ?? Property(root, "data");
            var id = payload is { } inner
                ? Property(inner, "id") ?? Property(inner, "refundId") ?? Property(inner, "paymentRequestId")
                : Property(root, "paymentRequestId");
            return (Property(root, "name")?.ToString() ?? Property(root, "type")?.ToString(), id?.ToString());
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    /// <summary>A property by name without regard to case: the two contracts differ in it.</summary>
    private static JsonElement? Property(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }

    private Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, time) : Task.CompletedTask;
}

using System.Globalization;

namespace Payments.Sandbox;

/// <summary>The ledger over HTTP, with waits in place of polling.</summary>
internal sealed class LedgerEndpoints(
    Ledger ledger, CallCounters counters, StripeControl stripe, KlarnaRequests klarna, SandboxOptions options, TimeProvider time)
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 100_000;
    private const double MaxWaitSeconds = 300;

    public void Map(WebApplication app)
    {
        app.MapGet("/ledger/operations", http => OperationsAsync(http));
        app.MapGet("/ledger/operations/wait", http => WaitForOperationsAsync(http));
        app.MapGet("/ledger/webhooks", http => WebhooksAsync(http));
        app.MapGet("/ledger/webhooks/wait", http => WaitForWebhooksAsync(http));
        app.MapGet("/ledger/events", http => EventsAsync(http));
        app.MapGet("/ledger/events/wait", http => WaitForEventsAsync(http));
        app.MapGet("/ledger/payment_intents/{id}", http => IntentAsync(http));
        app.MapGet("/ledger/by-metadata", http => ByMetadataAsync(http));
        app.MapGet("/ledger/klarna/{id}", http => KlarnaAsync(http));
        app.MapGet("/ledger/summary", http => SummaryAsync(http));
        app.MapGet("/ledger/calls/summary", http =>
            ControlEndpoints.WriteAsync(http, new CallsSummary(counters.Snapshot()), SandboxJson.Default.CallsSummary));
        app.MapGet("/ledger/calls/wait", http => WaitForCallsAsync(http));
        app.MapGet("/health", http =>
            ControlEndpoints.WriteAsync(http, new Health("ok", options.DataFile is not null), SandboxJson.Default.Health));
    }

    private Task OperationsAsync(HttpContext http)
    {
        var found = ledger.Operations(Text(http, "object"), Text(http, "operation"), (long)Number(http, "since", 0), Limit(http));
        return ControlEndpoints.WriteAsync(http, new OperationsPage(found.Count, found), SandboxJson.Default.OperationsPage);
    }

    private async Task WaitForOperationsAsync(HttpContext http)
    {
        var count = (int)Number(http, "count", 1);
        var found = await ledger.WaitForOperationsAsync(
            Text(http, "object"), Text(http, "operation"), count, Patience(http), http.RequestAborted);
        var page = new OperationsPage(found.Count, found, found.Count >= count);
        await ControlEndpoints.WriteAsync(http, page, SandboxJson.Default.OperationsPage);
    }

    private Task WebhooksAsync(HttpContext http)
    {
        var found = ledger.Webhooks(Text(http, "merchant"), Text(http, "payment"), (long)Number(http, "since", 0), Limit(http), Text(http, "name"));
        return ControlEndpoints.WriteAsync(http, new WebhooksPage(found.Count, found), SandboxJson.Default.WebhooksPage);
    }

    private async Task WaitForWebhooksAsync(HttpContext http)
    {
        var count = (int)Number(http, "count", 1);
        var found = await ledger.WaitForWebhooksAsync(
            Text(http, "payment"), count, Text(http, "merchant"), Patience(http), Text(http, "name"), http.RequestAborted);
        var page = new WebhooksPage(found.Count, found, found.Count >= count);
        await ControlEndpoints.WriteAsync(http, page, SandboxJson.Default.WebhooksPage);
    }

    private Task EventsAsync(HttpContext http)
    {
        var found = ledger.Events(Text(http, "object"), Text(http, "type"), (long)Number(http, "since", 0), Limit(http));
        return ControlEndpoints.WriteAsync(http, new EventsPage(found.Count, found), SandboxJson.Default.EventsPage);
    }

    private async Task WaitForEventsAsync(HttpContext http)
    {
        var count = (int)Number(http, "count", 1);
        var found = await ledger.WaitForEventsAsync(Text(http, "object"), Text(http, "type"), count, Patience(http), http.RequestAborted);
        await ControlEndpoints.WriteAsync(http, new EventsPage(found.Count, found, found.Count >= count), SandboxJson.Default.EventsPage);
    }

    private Task IntentAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        return stripe.Find(id) is { } intent
            ? ControlEndpoints.WriteAsync(http, History(intent), SandboxJson.Default.IntentHistory)
            : ControlEndpoints.RefuseAsync(http, StatusCodes.Status404NotFound, $"No such payment_intent: {id}.");
    }

    private Task ByMetadataAsync(HttpContext http)
    {
        if (Text(http, "key") is not { } key || Text(http, "value") is not { } value)
            return ControlEndpoints.RefuseAsync(http, StatusCodes.Status400BadRequest, "Both key and value are needed.");
        var found = stripe.FindByMetadata(key, value).Select(History).ToList();
        return ControlEndpoints.WriteAsync(http, new IntentHistories(found), SandboxJson.Default.IntentHistories);
    }

    private Task KlarnaAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        return klarna.Find(id) is { } request
            ? ControlEndpoints.WriteAsync(http, new KlarnaHistory(request, ledger.Operations(id), klarna.Refunds(id)), SandboxJson.Default.KlarnaHistory)
            : ControlEndpoints.RefuseAsync(http, StatusCodes.Status404NotFound, $"No such payment request: {id}.");
    }

    private Task SummaryAsync(HttpContext http)
    {
        var calls = counters.Snapshot().Values;
        var webhooks = ledger.WebhookCounts();
        var summary = new LedgerSummary(ledger.Counts(), webhooks.Received, webhooks.Accepted, calls.Sum(call => call.Calls),
            calls.Sum(call => call.Refused), calls.Sum(call => call.Replayed), calls.Sum(call => call.Faults));
        return ControlEndpoints.WriteAsync(http, summary, SandboxJson.Default.LedgerSummary);
    }

    private async Task WaitForCallsAsync(HttpContext http)
    {
        if (Text(http, "operation") is not { } operation)
        {
            await ControlEndpoints.RefuseAsync(http, StatusCodes.Status400BadRequest, "operation is needed.");
            return;
        }
        var least = new CallCount((long)Number(http, "calls", 0), (long)Number(http, "refused", 0),
            (long)Number(http, "replayed", 0), (long)Number(http, "faults", 0));
        var count = await counters.WaitAsync(operation, least, Patience(http), time, http.RequestAborted);
        await ControlEndpoints.WriteAsync(http, new CallsWait(count, count.Reaches(least)), SandboxJson.Default.CallsWait);
    }

    private IntentHistory History(IntentRecord intent) => new(intent, stripe.Refunds(intent.Id), ledger.Operations(intent.Id));

    private static string? Text(HttpContext http, string name) =>
        http.Request.Query.TryGetValue(name, out var value) && value.Count > 0 && !string.IsNullOrEmpty(value[^1]) ? value[^1] : null;

    /// <exception cref="BadHttpRequestException">It is no number: HTTP 400.</exception>
    private static double Number(HttpContext http, string name, double otherwise) => Text(http, name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
        : throw new BadHttpRequestException($"{name} must be a number that is not negative.");

    private static int Limit(HttpContext http) => (int)Math.Min(Number(http, "limit", DefaultLimit), MaxLimit);

    private static TimeSpan Patience(HttpContext http) =>
        TimeSpan.FromSeconds(Math.Min(Number(http, "timeoutSeconds", 10), MaxWaitSeconds));
}

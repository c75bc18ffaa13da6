namespace Payments.Sandbox;

/// <summary>Builds the sandbox: Stripe, Klarna and merchant endpoints with a control API and a ledger, in one web application.</summary>
public static class SandboxApp
{
    /// <summary>
    /// Builds the application from command-line arguments, environment and <c>appsettings.json</c>; see <see
    /// cref="SandboxOptions.From"/>.
    /// </summary>
    /// <param name="args">Arguments such as <c>--urls http://127.0.0.1:8090 --data sandbox.jsonl</c>.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <returns>An application that is not started yet. Its services hold the <see cref="Ledger"/>, <see cref="FaultInjector"/>
    /// and so on.</returns>
    public static WebApplication Build(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        return Build(builder, SandboxOptions.From(builder.Configuration), time ?? TimeProvider.System);
    }

    /// <summary>Builds the application from options, ignoring whatever the surrounding process is configured with.</summary>
    public static WebApplication Build(SandboxOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Build(WebApplication.CreateSlimBuilder(), options, time ?? TimeProvider.System);
    }

    private static WebApplication Build(WebApplicationBuilder builder, SandboxOptions options, TimeProvider time)
    {
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
        });
        // A delay on order may still run when the program stops; nobody waits for its answer any more.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        // A line per request would cost more than the request.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        var ledger = new Ledger(time);
        var capacity = new Capacity(options.MaxObjects);
        var ids = new IdGenerator(options.Seed);
        var faults = new FaultInjector();
        var counters = new CallCounters();
        var stripe = new StripeState(options, time, ledger, ids, capacity);
        var stripeControl = new StripeControl(stripe);
        var stripeResults = new IdempotencyStore<StripeResult>(time, options.IdempotencyLifetime);
        var klarna = new KlarnaRequests(options, time, ledger, ids, capacity);
        var klarnaResults = new IdempotencyStore<KlarnaResult>(time, options.IdempotencyLifetime);
        var merchants = new MerchantEndpoints(ledger, faults, counters, capacity, time);
        var events = new EventSender(ledger, faults, counters, time);
        foreach (var endpoint in options.EventEndpoints)
            events.Configure(endpoint.Problem is { } problem ? throw new FormatException(problem) : endpoint);
        if (options.DataFile is { } file)
            ledger.Open(file, entry => Restore(entry, stripe, stripeResults, klarna, klarnaResults, merchants, capacity));

        // By factory, so that the container closes the journal with the application.
        builder.Services.AddSingleton(_ => ledger);
        builder.Services.AddSingleton(_ => events);
        builder.Services.AddSingleton(faults).AddSingleton(counters).AddSingleton(stripeControl).AddSingleton(klarna);
        var app = builder.Build();
        _ = app.Services.GetRequiredService<Ledger>();
        _ = app.Services.GetRequiredService<EventSender>();
        app.Use(GuardAsync);
        new StripeEndpoints(stripe, stripeResults, faults, counters, time).Map(app);
        new KlarnaEndpoints(klarna, ledger, klarnaResults, faults, counters, ids, time).Map(app);
        merchants.Map(app);
        new ControlEndpoints(faults, stripeControl, klarna, merchants).Map(app);
        new EventControl(events).Map(app);
        new LedgerEndpoints(ledger, counters, stripeControl, klarna, options, time).Map(app);
        return app;
    }

    private static void Restore(JournalEntry entry, StripeState stripe, IdempotencyStore<StripeResult> stripeResults,
        KlarnaRequests klarna, IdempotencyStore<KlarnaResult> klarnaResults, MerchantEndpoints merchants, Capacity capacity)
    {
        stripe.Restore(entry);
        if (entry.Klarna is { } request)
            klarna.Restore(request, entry.KlarnaRefund);
        if (entry.Merchant is { } secret)
            merchants.Restore(secret);
        if (entry.Webhook is not null)
            capacity.Restore();
        if (entry.Answer is not { } answer)
            return;
        if (entry.Klarna is not null || answer.KlarnaFailure is not null)
        {
            var shown = answer.KlarnaFailure is null && entry.KlarnaRefund is null ? entry.Klarna : null;
            klarnaResults.Restore(answer, new KlarnaResult(answer.Status, shown, answer.KlarnaFailure)
            {
                Refund = answer.KlarnaFailure is null ? entry.KlarnaRefund : null,
            });
        }
        else if ((answer.Failure ?? (object?)entry.Refund ?? entry.Intent) is { } body)
            stripeResults.Restore(answer, new StripeResult(answer.Status, body) { ShouldRetry = answer.Status >= 500 ? false : null });
    }

    /// <summary>Turns what a request did wrong into 4xx; a client that hung up is nobody's error.</summary>
    private static async Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException wrong) when (!http.Response.HasStarted)
        {
            await ControlEndpoints.RefuseAsync(http, wrong.StatusCode, wrong.Message);
        }
        catch (Exception gone) when (http.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }
}

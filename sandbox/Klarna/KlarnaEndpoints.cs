namespace Payments.Sandbox;

/// <summary>Klarna's Payment Request API v2, in-store sessions and order refunds over HTTP, at the root as on the real hosts and below
/// <c>/klarna</c>.</summary>
internal sealed class KlarnaEndpoints(
    KlarnaRequests requests, Ledger ledger, IdempotencyStore<KlarnaResult> results, FaultInjector faults, CallCounters counters,
    IdGenerator ids, TimeProvider time)
{
    private const string KeyPrefix = "klarna_test_api_";

    public void Map(WebApplication app)
    {
        foreach (var root in new[] { "", "/klarna" })
        {
            app.MapPost($"{root}/v2/payment/requests", Handler(new("klarna.create", KlarnaKind.PaymentRequest)));
            app.MapGet($"{root}/v2/payment/requests/{{id}}", Handler(new("klarna.read", KlarnaKind.PaymentRequest)));
            app.MapDelete($"{root}/v2/payment/requests/{{id}}", Handler(new("klarna.cancel", KlarnaKind.PaymentRequest)));
            app.MapPost($"{root}/payments/v1/sessions", Handler(new("klarna.create", KlarnaKind.InStoreSession)));
            app.MapGet($"{root}/iss/v1/distributions/{{id}}", Handler(new("klarna.read", KlarnaKind.InStoreSession)));
            app.MapDelete($"{root}/payments/v1/sessions/{{id}}", Handler(new("klarna.cancel", KlarnaKind.InStoreSession)));
            app.MapGet($"{root}/ordermanagement/v1/orders/{{id}}", Handler(new("klarna.order", null)));
            app.MapPost($"{root}/ordermanagement/v1/orders/{{id}}/refunds", Handler(new("klarna.refund", null)));
        }
    }

    /// <summary>What is called.</summary>
    /// <param name="Operation">Its name in faults and counts.</param>
    /// <param name="Kind">The kind of object, or null for an order.</param>
    private sealed record Call(string Operation, KlarnaKind? Kind)
    {
        public bool IsClassic => Kind != KlarnaKind.PaymentRequest;

        /// <summary>Keys are kept apart by what they were used for.</summary>
        public string KeyPath => Kind switch
        {
            KlarnaKind.PaymentRequest => "/v2/payment/requests",
            KlarnaKind.InStoreSession => "/payments/v1/sessions",
            _ => "/ordermanagement/v1/orders",
        };
    }

    private RequestDelegate Handler(Call call) => http => HandleAsync(http, call);

    private bool IsAbout(Call call, string id, string named)
    {
        var found = call.Kind is null ? requests.FindByOrder(id) : requests.Find(id);
        return id == named || found?.Id == named || found?.Reference == named;
    }

    private async Task HandleAsync(HttpContext http, Call call)
    {
        var operation = call.Operation;
        var counter = counters.For(operation);
        counter.Called();
        if (Account(http.Request) is not { } account)
        {
            await AnswerAsync(http, call, counter, KlarnaResult.Error(StatusCodes.Status401Unauthorized, "ACCESS_ERROR", "UNAUTHORIZED",
                "The presented credentials failed authentication."));
            return;
        }

        var body = await RequestBody.ReadAsync(http);
        var (claim, early, replayed) = Claim(http, account, call.KeyPath);
        try
        {
            if (early is not null && !replayed)
            {
                await AnswerAsync(http, call, counter, early);
                return;
            }
            var id = http.Request.RouteValues["id"] as string ?? "";
            var hit = faults.Take(operation, executes: !replayed, named => IsAbout(call, id, named));
            if (hit.Any)
                counter.Faulted();
            if (hit.Is(FaultKind.DropBefore))
            {
                http.Abort();
                return;
            }
            // As on the Stripe side, a client that hangs up does not stop what it asked for.
            await DelayAsync(hit.Delay(FaultPhase.Before));
            var result = FaultAnswer(hit.Main, operation) is { } fault ? Keep(claim, fault, hit) : early ?? Execute(call, id, body, claim, hit);
            await DelayAsync(hit.Delay(FaultPhase.After));
            if (hit.Is(FaultKind.DropAfter))
            {
                http.Abort();
                return;
            }
            await AnswerAsync(http, call, counter, result, replayed && ReferenceEquals(result, early));
        }
        finally
        {
            if (claim is { Result: null })
                results.Abandon(claim);
        }
    }

    /// <summary>A key is compared alone, never the body (Klarna documents no fingerprint).</summary>
    private (IdempotencyStore<KlarnaResult>.Claim? Claim, KlarnaResult? Early, bool Replayed) Claim(HttpContext http, string account, string path)
    {
        string? key = http.Request.Headers["Klarna-Idempotency-Key"];
        if (string.IsNullOrEmpty(key) || !HttpMethods.IsPost(http.Request.Method))
            return (null, null, false);
        var (verdict, claim) = results.Begin(account, key, path, UInt128.Zero);
        return verdict switch
        {
            ClaimVerdict.Execute => (claim, null, false),
            ClaimVerdict.Replay => (null, claim.Result, true),
            _ => (null, InUse(), false),
        };
    }

    private KlarnaResult Execute(Call call, string id, byte[] body, IdempotencyStore<KlarnaResult>.Claim? claim, FaultHit hit)
    {
        // The effect happens and its answer is a 500 all the same.
        KlarnaResult Conclude(KlarnaResult own) => hit.Is(FaultKind.Error500) ? KlarnaResult.ServerError() : own;
        StoredAnswer? Store(KlarnaResult result) => claim?.Store(result.Status, klarnaFailure: result.Failure);
        switch (call)
        {
            case { Operation: "klarna.read", Kind: { } kind }:
                return Conclude(requests.Read(id, kind));
            case { Operation: "klarna.cancel", Kind: { } kind }:
                return Conclude(requests.Cancel(id, kind));
            case { Operation: "klarna.order" }:
                return Conclude(requests.ReadOrder(id));
            case { Operation: "klarna.refund" }:
                var (refund, wrong) = KlarnaInput.ReadRefund(body);
                return refund is { } asked
                    ? Kept(requests.Refund(id, asked.Amount, asked.Reference, asked.Description, Conclude, Store))
                    : wrong!;
            default:
                var (input, problem) = call.Kind == KlarnaKind.InStoreSession ? KlarnaInput.ReadSession(body) : KlarnaInput.Read(body, time.GetUtcNow());
                return input is null ? problem! : Kept(requests.Create(input, Conclude, Store));
        }

        KlarnaResult Kept(KlarnaResult result)
        {
            if (claim is not null && (result.Record is not null || result.Refund is not null || hit.Is(FaultKind.Error500)))
                results.Complete(claim, result);
            return result;
        }
    }

    /// <summary>Stores an ordered 500 for its key, so that a repeat gets it again; other faults leave the key free.</summary>
    private KlarnaResult Keep(IdempotencyStore<KlarnaResult>.Claim? claim, KlarnaResult fault, FaultHit hit)
    {
        if (claim is not null && hit.Is(FaultKind.Error500))
        {
            ledger.Record(new JournalEntry { At = time.GetUtcNow(), Answer = claim.Store(fault.Status, klarnaFailure: fault.Failure) });
            results.Complete(claim, fault);
        }
        return fault;
    }

    private static KlarnaResult? FaultAnswer(FaultRule? rule, string operation) => rule?.Kind switch
    {
        FaultKind.Refuse when operation == "klarna.refund" => KlarnaResult.Error(
            rule.StatusCode ?? StatusCodes.Status403Forbidden, "RESOURCE_ERROR", rule.Code ?? "REFUND_NOT_ALLOWED", "The refund was refused on order."),
        FaultKind.Refuse => KlarnaResult.Error(rule.StatusCode ?? StatusCodes.Status403Forbidden, "ACCESS_ERROR",
            rule.Code ?? "OPERATION_FORBIDDEN", "The request was refused on order."),
        FaultKind.LockTimeout or FaultKind.RateLimit => KlarnaResult.Error(StatusCodes.Status429TooManyRequests, "ACCESS_ERROR",
            "RATE_LIMITED", "The caller was rate limited due to too many requests.") with { RetryAfterSeconds = rule.RetryAfterSeconds },
        FaultKind.IdempotencyInUse => InUse(),
        FaultKind.Error500 when rule.Phase == FaultPhase.Before => KlarnaResult.ServerError(),
        FaultKind.Status => KlarnaResult.Error(
            rule.StatusCode!.Value, "TECHNICAL_ERROR", rule.Code ?? "ON_ORDER", "Answered on order.") with
        {
            RetryAfterSeconds = rule.RetryAfterSeconds,
            RawBody = rule.Body,
        },
        _ => null,
    };

    private static KlarnaResult InUse() => KlarnaResult.Error(StatusCodes.Status409Conflict, "RESOURCE_ERROR", "RESOURCE_CONFLICT",
        "Another request with this idempotency key is in progress.");

    private static string? Account(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var key = header["Basic ".Length..].Trim();
        return key.Length > KeyPrefix.Length && key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? key : null;
    }

    private Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, time) : Task.CompletedTask;

    private Task AnswerAsync(HttpContext http, Call call, CallCounters.Counter counter, KlarnaResult result, bool replayed = false)
    {
        counter.Answered(result.Status, replayed);
        if (http.Request.Headers.TryGetValue("Partner-Correlation-Id", out var correlation))
            http.Response.Headers["Partner-Correlation-Id"] = correlation;
        if (result.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        if (result.RawBody is not null)
            return Reply.TextAsync(http, result.Status, result.RawBody);
        if (result.Failure is { } failure)
            return Reply.JsonAsync(http, result.Status, (failure, ids.NextGuid()), call.IsClassic
                ? KlarnaJson.WriteClassicFailure
                : static (writer, answer) => KlarnaJson.WriteFailure(writer, answer.Item1, answer.Item2));
        if (result.Refund is { } refund)
        {
            http.Response.Headers.Location = $"{http.Request.Path}/{refund.Id}";
            http.Response.Headers["Refund-Id"] = refund.Id;
            return Reply.TextAsync(http, result.Status, null);
        }

        var record = result.Record!;
        return call switch
        {
            { Kind: KlarnaKind.PaymentRequest } => Reply.JsonAsync(http, result.Status, record, KlarnaJson.WriteRecord),
            { Kind: null } => Reply.JsonAsync(http, result.Status, (record, result.OrderRefunds ?? []), KlarnaJson.WriteOrder),

            // No page shows the answer to a DELETE: no body, by our reading.
            { Operation: "klarna.cancel" } => Reply.TextAsync(http, StatusCodes.Status204NoContent, null),
            { Operation: "klarna.create" } => Reply.JsonAsync(
                http, result.Status, (record, $"{http.Request.Scheme}://{http.Request.Host}"), KlarnaJson.WriteSession),
            _ => Reply.JsonAsync(http, result.Status, record, KlarnaJson.WriteDistribution),
        };
    }
}

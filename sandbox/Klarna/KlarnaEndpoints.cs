namespace Payments.Sandbox;

/// <summary>Klarna's Payment Request API v2 over HTTP, at the root as on the real host and below <c>/klarna</c>.</summary>
internal sealed class KlarnaEndpoints(
    KlarnaRequests requests, Ledger ledger, IdempotencyStore<KlarnaResult> results, FaultInjector faults, CallCounters counters,
    IdGenerator ids, TimeProvider time)
{
    private const string KeyPrefix = "klarna_test_api_";

    public void Map(WebApplication app)
    {
        foreach (var root in new[] { "", "/klarna" })
        {
            app.MapPost($"{root}/v2/payment/requests", (RequestDelegate)(http => HandleAsync(http, "klarna.create")));
            app.MapGet($"{root}/v2/payment/requests/{{id}}", (RequestDelegate)(http => HandleAsync(http, "klarna.read")));
            app.MapDelete($"{root}/v2/payment/requests/{{id}}", (RequestDelegate)(http => HandleAsync(http, "klarna.cancel")));
        }
    }

    private async Task HandleAsync(HttpContext http, string operation)
    {
        var counter = counters.For(operation);
        counter.Called();
        if (Account(http.Request) is not { } account)
        {
            await AnswerAsync(http, counter, KlarnaResult.Error(StatusCodes.Status401Unauthorized, "ACCESS_ERROR", "UNAUTHORIZED",
                "The presented credentials failed authentication."));
            return;
        }

        var body = await RequestBody.ReadAsync(http);
        var (claim, early, replayed) = Claim(http, account);
        try
        {
            if (early is not null && !replayed)
            {
                await AnswerAsync(http, counter, early);
                return;
            }
            var id = http.Request.RouteValues["id"] as string ?? "";
            var hit = faults.Take(operation, executes: !replayed, named => id == named || requests.Find(id)?.Reference == named);
            if (hit.Any)
                counter.Faulted();
            if (hit.Is(FaultKind.DropBefore))
            {
                http.Abort();
                return;
            }
            // As on the Stripe side, a client that hangs up does not stop what it asked for.
            await DelayAsync(hit.Delay(FaultPhase.Before));
            var result = FaultAnswer(hit.Main) is { } fault ? Keep(claim, fault, hit) : early ?? Execute(operation, id, body, claim, hit);
            await DelayAsync(hit.Delay(FaultPhase.After));
            if (hit.Is(FaultKind.DropAfter))
            {
                http.Abort();
                return;
            }
            await AnswerAsync(http, counter, result, replayed && ReferenceEquals(result, early));
        }
        finally
        {
            if (claim is { Result: null })
                results.Abandon(claim);
        }
    }

    /// <summary>A key is compared alone, never the body (Klarna documents no fingerprint).</summary>
    private (IdempotencyStore<KlarnaResult>.Claim? Claim, KlarnaResult? Early, bool Replayed) Claim(HttpContext http, string account)
    {
        string? key = http.Request.Headers["Klarna-Idempotency-Key"];
        if (string.IsNullOrEmpty(key) || !HttpMethods.IsPost(http.Request.Method))
            return (null, null, false);
        var (verdict, claim) = results.Begin(account, key, "/v2/payment/requests", UInt128.Zero);
        return verdict switch
        {
            ClaimVerdict.Execute => (claim, null, false),
            ClaimVerdict.Replay => (null, claim.Result, true),
            _ => (null, InUse(), false),
        };
    }

    private KlarnaResult Execute(string operation, string id, byte[] body, IdempotencyStore<KlarnaResult>.Claim? claim, FaultHit hit)
    {
        // The effect happens and its answer is a 500 all the same.
        KlarnaResult Conclude(KlarnaResult own) => hit.Is(FaultKind.Error500) ? KlarnaResult.ServerError() : own;
        switch (operation)
        {
            case "klarna.read":
                return Conclude(requests.Read(id));
            case "klarna.cancel":
                return Conclude(requests.Cancel(id));
            default:
                var (input, problem) = KlarnaInput.Read(body, time.GetUtcNow());
                if (problem is not null)
                    return problem;
                var created = requests.Create(input!, Conclude, result => claim?.Store(result.Status, klarnaFailure: result.Failure));
                if (claim is not null && (created.Record is not null || hit.Is(FaultKind.Error500)))
                    results.Complete(claim, created);
                return created;
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

    private static KlarnaResult? FaultAnswer(FaultRule? rule) => rule?.Kind switch
    {
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

    private Task AnswerAsync(HttpContext http, CallCounters.Counter counter, KlarnaResult result, bool replayed = false)
    {
        counter.Answered(result.Status, replayed);
        if (http.Request.Headers.TryGetValue("Partner-Correlation-Id", out var correlation))
            http.Response.Headers["Partner-Correlation-Id"] = correlation;
        if (result.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        if (result.RawBody is not null)
            return Reply.TextAsync(http, result.Status, result.RawBody);
        return result.Record is { } record
            ? Reply.JsonAsync(http, result.Status, record, KlarnaJson.WriteRecord)
            : Reply.JsonAsync(http, result.Status, (Failure: result.Failure!, Id: ids.NextGuid()),
                static (writer, answer) => KlarnaJson.WriteFailure(writer, answer.Failure, answer.Id));
    }
}

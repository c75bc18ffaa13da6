using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Sandbox;

/// <summary>
/// Stripe over HTTP: authentication, parameters, idempotency keys and faults around every operation, in the order in
/// which Stripe's own layers come (https://docs.stripe.com/error-low-level).
/// </summary>
internal sealed class StripeEndpoints(
    StripeState state, IdempotencyStore<StripeResult> results, FaultInjector faults, CallCounters counters, TimeProvider time)
{
    private const int MaxKeyLength = 255;
    private const string FormType = "application/x-www-form-urlencoded";

    public void Map(WebApplication app)
    {
        var intents = new StripeIntents(state);
        var refunds = new StripeRefunds(state);
        var queries = new StripeQueries(state);
        Post("/v1/payment_intents", "payment_intent.create", intents.Create);
        Get("/v1/payment_intents", "payment_intent.list", queries.ListIntents);
        Get("/v1/payment_intents/search", "payment_intent.search", queries.SearchIntents);
        Get("/v1/payment_intents/{id}", "payment_intent.retrieve", intents.Retrieve);
        Post("/v1/payment_intents/{id}", "payment_intent.update", intents.Update);
        Post("/v1/payment_intents/{id}/confirm", "payment_intent.confirm", intents.Confirm);
        Post("/v1/payment_intents/{id}/capture", "payment_intent.capture", intents.Capture);
        Post("/v1/payment_intents/{id}/cancel", "payment_intent.cancel", intents.Cancel);
        Post("/v1/refunds", "refund.create", refunds.Create);
        Get("/v1/refunds", "refund.list", refunds.List);
        Get("/v1/refunds/{id}", "refund.retrieve", refunds.Retrieve);
        Post("/v1/refunds/{id}/cancel", "refund.cancel", refunds.Cancel);
        Get("/v1/charges/{id}", "charge.retrieve", queries.RetrieveCharge);
        Get("/v1/events", "event.list", queries.ListEvents);
        app.Map("/v1/{**rest}", Unknown);

        void Post(string path, string operation, Func<StripeCall, StripeResult> run) =>
            app.MapPost(path, (RequestDelegate)(http => HandleAsync(http, operation, run)));

        void Get(string path, string operation, Func<StripeCall, StripeResult> run) =>
            app.MapGet(path, (RequestDelegate)(http => HandleAsync(http, operation, run)));
    }

    private async Task HandleAsync(HttpContext http, string operation, Func<StripeCall, StripeResult> run)
    {
        var counter = counters.For(operation);
        counter.Called();
        StripeCall? call = null;
        try
        {
            var key = StripeAuthentication.ReadKey(http.Request);
            var (read, fingerprint) = await ReadAsync(http, operation);
            call = read;
            var (early, replayed) = Claim(http, call, key, fingerprint);
            if (early is not null && !replayed)
            {
                await AnswerAsync(http, call, counter, early);
                return;
            }

            var hit = faults.Take(operation, executes: !replayed, named => IsAbout(call, named));
            if (hit.Any)
                counter.Faulted();
            if (hit.Is(FaultKind.DropBefore))
            {
                Release(call);
                http.Abort();
                return;
            }
            // Deliberately not cut short when the client hangs up: what a timed-out caller asked for happens all the same.
            await DelayAsync(hit.Delay(FaultPhase.Before));
            var result = StripeFaults.Answer(hit.Main, call.Claim?.Key ?? "", state.Intents.Find(call.Id)?.Current) is { } fault
                ? Keep(call, fault)
                : early ?? Execute(call, run, hit);
            await DelayAsync(hit.Delay(FaultPhase.After));
            if (hit.Is(FaultKind.DropAfter))
            {
                http.Abort();
                return;
            }
            await AnswerAsync(http, call, counter, result, replayed && ReferenceEquals(result, early));
        }
        catch (StripeRefusal refusal)
        {
            Release(call);
            await AnswerAsync(http, call, counter, refusal.Result);
        }
        catch (BadHttpRequestException wrong)
        {
            await AnswerAsync(http, call, counter, new StripeResult(wrong.StatusCode,
                new StripeFailure(StripeFailure.InvalidRequest, wrong.Message), IsStored: false));
        }
        catch
        {
            Release(call);
            throw;
        }
    }

    private async ValueTask<(StripeCall Call, UInt128 Fingerprint)> ReadAsync(HttpContext http, string operation)
    {
        var request = http.Request;
        byte[] parameters;
        if (HttpMethods.IsPost(request.Method))
        {
            parameters = await RequestBody.ReadAsync(http);
            if (parameters.Length > 0 && request.ContentType?.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) != true)
                throw StripeForm.Refuse($"Invalid request: the body must be {FormType}.");
        }
        else
            parameters = Encoding.UTF8.GetBytes(request.QueryString.HasValue ? request.QueryString.Value![1..] : "");
        var call = new StripeCall(operation, request.RouteValues["id"] as string, StripeForm.Parse(parameters), results);
        var fingerprint = request.Headers.ContainsKey("Idempotency-Key")
            ? BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(parameters))
            : UInt128.Zero;
        return (call, fingerprint);
    }

    /// <returns>An answer that ends the call here, or the stored one of an earlier call; null when the operation is to run.</returns>
    private (StripeResult? Early, bool Replayed) Claim(HttpContext http, StripeCall call, string account, UInt128 fingerprint)
    {
        var request = http.Request;
        string? key = request.Headers["Idempotency-Key"];
        if (string.IsNullOrEmpty(key) || !HttpMethods.IsPost(request.Method))
            return (null, false);
        http.Response.Headers["Idempotency-Key"] = key;
        if (key.Length > MaxKeyLength)
            return (StripeResult.Invalid($"Idempotency keys are up to {MaxKeyLength} characters long."), false);
        var (verdict, claim) = results.Begin(account, key, request.Path.Value!, fingerprint);
        switch (verdict)
        {
            case ClaimVerdict.Execute:
                call.Claim = claim;
                return (null, false);
            case ClaimVerdict.Replay:
                return (claim.Result, true);
            case ClaimVerdict.InFlight:
                return (StripeFaults.InUse(key), false);
            case ClaimVerdict.OtherPath:
                return (StripeFaults.OtherPath(key, claim.Path, request.Path.Value!), false);
            default:
                return (StripeFaults.OtherParameters(key), false);
        }
    }

    private StripeResult Execute(StripeCall call, Func<StripeCall, StripeResult> run, FaultHit hit)
    {
        call.FailsAfterEffect = hit.Is(FaultKind.Error500);
        var result = run(call);
        // A result that changed an object was stored with it, in one commit; the others are stored here.
        return call.Claim is { Result: { } stored } ? stored : Keep(call, call.Conclude(result));
    }

    private StripeResult Keep(StripeCall call, StripeResult result)
    {
        if (call.Claim is not { } claim)
            return result;
        if (!result.IsStored)
        {
            results.Abandon(claim);
            return result;
        }
        state.Ledger.Record(new JournalEntry { At = state.Now, Answer = call.Stored(result) });
        call.Complete(result);
        return result;
    }

    /// <summary>Frees the key of a call that ended without a result.</summary>
    private void Release(StripeCall? call)
    {
        if (call?.Claim is { Result: null } claim)
            results.Abandon(claim);
    }

    private bool IsAbout(StripeCall call, string named)
    {
        if (call.Id == named || call.Form.Text("payment_intent") == named || call.Form.Text("charge") == named)
            return true;
        var metadata = state.Intents.Find(call.Id)?.Current.Metadata ?? (IReadOnlyDictionary<string, string>)call.Form.Metadata();
        return metadata.Values.Contains(named);
    }

    private Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, time) : Task.CompletedTask;

    private Task AnswerAsync(HttpContext http, StripeCall? call, CallCounters.Counter counter, StripeResult result, bool replayed = false)
    {
        counter.Answered(result.Status, replayed);
        var headers = http.Response.Headers;
        headers["Request-Id"] = state.Ids.Next("req_", 14);
        if (replayed)
            headers["Idempotent-Replayed"] = "true";
        if (result.ShouldRetry is { } retry)
            headers["Stripe-Should-Retry"] = retry ? "true" : "false";
        if (result.RetryAfterSeconds is { } seconds)
            headers.RetryAfter = seconds.ToString();
        if (result.RateLimitedReason is { } reason)
            headers["Stripe-Rate-Limited-Reason"] = reason;
        if (http.Request.Headers.TryGetValue("Stripe-Version", out var version))
            headers["Stripe-Version"] = version;
        if (result.Status == StatusCodes.Status401Unauthorized)
            headers.WWWAuthenticate = "Basic realm=\"Stripe\"";
        if (result.RawBody is not null)
            return Reply.TextAsync(http, result.Status, result.RawBody);
        return Reply.JsonAsync(http, result.Status, (result.Body, Expands: call?.ExpandsCharge == true),
            static (writer, answer) => StripeJson.Write(writer, answer.Body, answer.Expands));
    }

    private Task Unknown(HttpContext http)
    {
        var counter = counters.For("stripe.unknown");
        counter.Called();
        return AnswerAsync(http, null, counter, new StripeResult(StatusCodes.Status404NotFound, new StripeFailure(
            StripeFailure.InvalidRequest, $"Unrecognized request URL ({http.Request.Method}: {http.Request.Path}).")));
    }
}

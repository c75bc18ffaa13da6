using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Payments.Sandbox;

/// <summary>The control API: faults, what bank, customer and clock do, and the merchants' secrets.</summary>
internal sealed class ControlEndpoints(FaultInjector faults, StripeControl stripe, KlarnaRequests klarna, MerchantEndpoints merchants)
{
    public void Map(WebApplication app)
    {
        app.MapPost("/control/faults", http => OrderFaultAsync(http));
        app.MapGet("/control/faults", http => WriteAsync(http, faults.List(), SandboxJson.Default.IReadOnlyListFaultState));
        app.MapDelete("/control/faults/{id?}", http =>
            WriteAsync(http, new ClearedFaults(faults.Clear(http.Request.RouteValues["id"] as string)), SandboxJson.Default.ClearedFaults));
        app.MapPost("/control/payment_intents/{id}/{action}", http => ActAsync(http, MoveIntent, SandboxJson.Default.IntentHistory));
        app.MapPost("/control/refunds/{id}/{action}", http => ActAsync(http, MoveRefund, SandboxJson.Default.RefundRecord));
        app.MapPost("/control/klarna/{id}/{action}", http => ActAsync(http, MoveKlarna, SandboxJson.Default.KlarnaHistory));
        app.MapPut("/control/merchants/{id}", http => ConfigureMerchantAsync(http));
        app.MapGet("/control/merchants/{id}", http => MerchantAsync(http, (string)http.Request.RouteValues["id"]!));
    }

    private async Task OrderFaultAsync(HttpContext http)
    {
        try
        {
            var rule = await ReadAsync(http, SandboxJson.Default.FaultRule);
            if (FaultInjector.Problem(rule) is { } problem)
                await RefuseAsync(http, StatusCodes.Status400BadRequest, problem);
            else
                await WriteAsync(http, faults.Add(rule), SandboxJson.Default.FaultRule, StatusCodes.Status201Created);
        }
        catch (InvalidOperationException full)
        {
            await RefuseAsync(http, StatusCodes.Status409Conflict, full.Message);
        }
        catch (JsonException wrong)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, wrong.Message);
        }
    }

    private async Task ConfigureMerchantAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        try
        {
            var secret = new MerchantSecret(id, (await ReadAsync(http, SandboxJson.Default.MerchantOrder)).Secret);
            if (!secret.IsUsable)
            {
                await RefuseAsync(http, StatusCodes.Status400BadRequest, "A secret is whsec_ followed by base64.");
                return;
            }
            merchants.Configure(secret);
            await MerchantAsync(http, id);
        }
        catch (JsonException wrong)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, wrong.Message);
        }
    }

    private Task MerchantAsync(HttpContext http, string id) =>
        WriteAsync(http, new MerchantView(id, merchants.HasSecret(id)), SandboxJson.Default.MerchantView);

    private IntentHistory MoveIntent(string id, string action)
    {
        var intent = action switch
        {
            "settle" => stripe.Settle(id),
            "fail" => stripe.Fail(id),
            "close_cancel_window" => stripe.CloseCancelWindow(id),
            "expire_hold" => stripe.ExpireHold(id),
            "complete_authentication" => stripe.Authenticate(id, succeeds: true),
            "fail_authentication" => stripe.Authenticate(id, succeeds: false),
            _ => throw new ArgumentException($"Unknown action '{action}': settle, fail, close_cancel_window, expire_hold, " +
                "complete_authentication or fail_authentication.", nameof(action)),
        };
        return new IntentHistory(intent, stripe.Refunds(id), []);
    }

    private RefundRecord MoveRefund(string id, string action) => stripe.MoveRefund(id, action switch
    {
        "succeed" => RefundRecord.Succeeded,
        "fail" => RefundRecord.Failed,
        "require_action" => RefundRecord.RequiresAction,
        _ => throw new ArgumentException($"Unknown action '{action}': succeed, fail or require_action.", nameof(action)),
    });

    private KlarnaHistory MoveKlarna(string id, string action) => new(klarna.Move(id, action), []);

    private static async Task ActAsync<T>(HttpContext http, Func<string, string, T> act, JsonTypeInfo<T> type)
    {
        try
        {
            var changed = act((string)http.Request.RouteValues["id"]!, (string)http.Request.RouteValues["action"]!);
            await WriteAsync(http, changed, type);
        }
        catch (ArgumentException wrong)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, wrong.Message);
        }
        catch (InvalidOperationException wrongState)
        {
            await RefuseAsync(http, StatusCodes.Status409Conflict, wrongState.Message);
        }
    }

    /// <exception cref="JsonException">The body is not of this type.</exception>
    internal static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(await RequestBody.ReadAsync(http), type) ?? throw new JsonException("The body is null.");

    internal static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        Reply.JsonAsync(http, status, (value, type),
            static (writer, answer) => JsonSerializer.Serialize(writer, answer.value, answer.type));

    internal static Task RefuseAsync(HttpContext http, int status, string message) =>
        WriteAsync(http, new ControlError(message), SandboxJson.Default.ControlError, status);
}

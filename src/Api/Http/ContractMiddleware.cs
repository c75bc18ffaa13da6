using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Payments.Api.Http;

/// <summary>Gives every answer under a contract's paths what all of them have: the trace id, the body limit, and the contract's own
/// error shape for whatever the routes did not answer themselves.</summary>
internal sealed partial class ContractMiddleware(RequestDelegate next, IEnumerable<IContract> contracts, ILogger<ContractMiddleware> logger)
{
    /// <summary>Header that carries the trace id.</summary>
    public const string TraceIdHeader = "X-Trace-Id";

    private const int BodyBytesDrainedMax = 16 * JsonRequestBody.BytesMax;

    private readonly IContract[] _contracts = [.. contracts];

    public Task InvokeAsync(HttpContext context)
    {
        foreach (var contract in _contracts)
        {
            if (context.Request.Path.StartsWithSegments(contract.Prefix, StringComparison.OrdinalIgnoreCase))
                return ServeAsync(context, contract);
        }
        return next(context);
    }

    private async Task ServeAsync(HttpContext context, IContract contract)
    {
        var traceId = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        context.Response.Headers[TraceIdHeader] = traceId;
        context.Response.Headers.CacheControl = "no-store";

        // What a refused request still sends is read and thrown away up to here: a server that hangs up on it resets the connection, and the
        // caller never sees the refusal. The server's own limit is larger than anyone needs.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = BodyBytesDrainedMax;

        try
        {
            await next(context);
            if (IsUnanswered(context.Response))
                await contract.Refused(context, context.Response.StatusCode).ExecuteAsync(context);
        }
        catch (Exception ending) when (ending is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(logger, context.Request.Method, contract.Prefix.Value, traceId);
        }
        catch (BadHttpRequestException refusal) when (!context.Response.HasStarted)
        {
            await contract.Refused(context, refusal.StatusCode).ExecuteAsync(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var isTemporary = Unavailability.IsReasonOf(failure);
            LogFailure(logger, failure, context.Request.Method, contract.Prefix.Value, isTemporary, traceId);
            await contract.Failed(context, isTemporary).ExecuteAsync(context);
        }
        finally
        {
            RequestSpan.Complete(context);
        }
    }

    private static bool IsUnanswered(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest, ContentLength: null, ContentType: null };

    [LoggerMessage(
        EventId = 1, Level = LogLevel.Error, Message = "{Method} under {Contract} failed (temporary: {IsTemporary}), trace id {TraceId}")]
    private static partial void LogFailure(ILogger logger, Exception failure, string method, string? contract, bool isTemporary, string traceId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "{Method} under {Contract} was given up by its caller, trace id {TraceId}")]
    private static partial void LogAborted(ILogger logger, string method, string? contract, string traceId);
}

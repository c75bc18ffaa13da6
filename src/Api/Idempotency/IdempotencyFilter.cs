using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Payments.Api.Http;

namespace Payments.Api.Idempotency;

/// <summary>Gives a request its <see cref="IdempotentCall"/>, and ends that when the request has an answer.</summary>
internal sealed partial class IdempotencyFilter(IEnumerable<IContract> contracts, ILogger<IdempotencyFilter> logger) : IEndpointFilter
{
    private readonly IMerchantContract[] _contracts = [.. contracts.OfType<IMerchantContract>()];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var contract = ContractOf(http.Request.Path);
        var header = http.Request.Headers[IdempotencyKeyHeader.Name];
        IIdempotencyGrain? grain = null;
        if (header.Count > 0)
        {
            if (!IdempotencyKeyHeader.TryParse(header, out var key))
                return contract.Refused(http, IdempotencyRefusal.InvalidKey);
            var grains = http.RequestServices.GetRequiredService<IGrainFactory>();
            grain = grains.GetGrain<IIdempotencyGrain>(IdempotencyKeys.ForMerchant(contract.Name, contract.MerchantOf(http), key));
        }

        var call = new IdempotentCall(http, contract, grain);
        http.Features.Set(call);
        var reply = await CarryOutAsync(context, next, call);
        if (!call.HasKey || !call.HasBegun)
            return reply;

        var answer = reply.ToBytes();
        await EndAsync(call, answer, contract);
        return answer;
    }

    private IMerchantContract ContractOf(PathString path) =>
        Array.Find(_contracts, contract => path.StartsWithSegments(contract.Prefix, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException("This route belongs to no contract.");

    private async Task<IJsonReply> CarryOutAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, IdempotentCall call)
    {
        try
        {
            var reply = await next(context) as IJsonReply
                ?? throw new InvalidOperationException("A route with an Idempotency-Key answers in JSON.");
            return call.HasBegun || call.IsAnswered || reply.Status >= StatusCodes.Status400BadRequest
                ? reply
                : throw new InvalidOperationException("This route carries requests out without BeginAsync.");
        }
        catch when (call.HasKey && call.HasBegun)
        {
            await ReleaseAsync(call);
            throw;
        }
    }

    private async Task EndAsync(IdempotentCall call, JsonReply answer, IMerchantContract contract)
    {
        try
        {
            await call.EndAsync(answer);
        }
        catch (Exception lost) when (lost is not OutOfMemoryException)
        {
            // The answer holds whether it is stored or not: a repeat sends the same command, which is answered the same.
            LogNotStored(logger, lost, contract.Name);
        }
    }

    // Nobody knows what a failed request has done: its repeat sends the same command.
    private async Task ReleaseAsync(IdempotentCall call)
    {
        try
        {
            await call.ReleaseAsync(hadNoEffect: false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The claim ends by itself.
            LogNotReleased(logger, failure);
        }
    }

    [LoggerMessage(
        EventId = 3, Level = LogLevel.Warning,
        Message = "An answer under {Contract} could not be stored under its Idempotency-Key; a repeat is carried out again.")]
    private static partial void LogNotStored(ILogger logger, Exception failure, string contract);

    [LoggerMessage(
        EventId = 4, Level = LogLevel.Warning,
        Message = "An Idempotency-Key could not be released; repeats are answered 409 until its claim ends.")]
    private static partial void LogNotReleased(ILogger logger, Exception failure);
}

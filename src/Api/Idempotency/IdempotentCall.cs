using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.Idempotency;

/// <summary>
/// A request that changes something, on a route with <see cref="IdempotencyRoutes.WithIdempotencyKey"/>. Its handler validates, then calls
/// <see cref="BeginAsync"/>, and gives the grain <see cref="CommandId"/> with the command.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="contract">Its contract.</param>
/// <param name="grain">What is known of its key, or null without a key.</param>
internal sealed class IdempotentCall(HttpContext context, IMerchantContract contract, IIdempotencyGrain? grain)
{
    private readonly Guid _claimId = Guid.NewGuid();
    private string? _commandId;

    /// <summary>The call of a request that passed the filter.</summary>
    public static IdempotentCall Of(HttpContext context) =>
        context.Features.Get<IdempotentCall>() ?? throw new InvalidOperationException("This route lacks WithIdempotencyKey.");

    /// <summary>Whether the request came with a key.</summary>
    public bool HasKey => grain is not null;

    /// <summary>Whether <see cref="BeginAsync"/> has let the request through.</summary>
    public bool HasBegun => _commandId is not null;

    /// <summary>Whether <see cref="BeginAsync"/> has answered instead.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Unique to this request, and the same in every repeat of it with the same key.</summary>
    public string CommandId => _commandId ?? throw new InvalidOperationException("The request has not begun.");

    /// <summary>What the first request with this key named as its resource.</summary>
    public string? Resource { get; private set; }

    /// <summary>Claims the key, if there is one. Call it when the request is known to be valid and before anything is done about it.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="resource">The id of what the request would create, where the API chooses it.</param>
    /// <returns>The answer, when the request must not be carried out; else null.</returns>
    public async ValueTask<IResult?> BeginAsync(JsonElement body, string? resource = null)
    {
        if (grain is null)
        {
            (_commandId, Resource) = ($"{_claimId:N}", resource);
            return null;
        }

        var fingerprint = RequestFingerprint.Of(context.Request, body);
        var command = new ClaimIdempotencyKey(contract.MerchantOf(context), fingerprint, _claimId, resource);
        var claim = await grain.ClaimAsync(command, CancellationToken.None);
        if (claim is { Outcome: IdempotencyOutcome.Claimed, CommandId: { } commandId })
        {
            (_commandId, Resource) = (commandId, claim.Resource);
            return null;
        }

        IsAnswered = true;
        switch (claim)
        {
            case { Outcome: IdempotencyOutcome.Answered, Answer: { } answer }:
                context.Response.Headers[IdempotencyKeyHeader.ReplayedName] = "true";
                return new JsonReply(answer.StatusCode, Encoding.UTF8.GetBytes(answer.Body));
            case { Outcome: IdempotencyOutcome.InFlight }:
                context.Response.Headers.RetryAfter = "1";
                return contract.Refused(context, IdempotencyRefusal.InFlight);
            case { Outcome: IdempotencyOutcome.OtherRequest }:
                return contract.Refused(context, IdempotencyRefusal.OtherRequest);
            default:
                throw new InvalidOperationException($"A claim cannot end as {claim}.");
        }
    }

    /// <summary>Ends a request that has begun: a definite answer is stored for its repeats, anything else leaves the key to them.</summary>
    public Task EndAsync(JsonReply answer) => IsDefinite(answer.Status)
        ? grain!.CompleteAsync(
            new(_claimId, CommandId, new StoredAnswer(answer.Status, Encoding.UTF8.GetString(answer.Body.Span))), CancellationToken.None)
        : ReleaseAsync(hadNoEffect: answer.Status < StatusCodes.Status500InternalServerError);

    /// <summary>Leaves the key to the request's repeats.</summary>
    /// <param name="hadNoEffect">Whether nothing was changed, so that another request may have it too.</param>
    public Task ReleaseAsync(bool hadNoEffect) => grain!.ReleaseAsync(new(_claimId, hadNoEffect), CancellationToken.None);

    /// <summary>Whether an answer is stored for the request's repeats.</summary>
    public static bool IsDefinite(int status) => status is (>= 200 and < 300)
        or StatusCodes.Status404NotFound or StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity;
}

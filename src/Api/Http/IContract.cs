using Microsoft.AspNetCore.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.Http;

/// <summary>Routes under one prefix, as far as what they share needs to know them.</summary>
internal interface IContract
{
    /// <summary>The paths that belong to it.</summary>
    PathString Prefix { get; }

    /// <summary>The answer to a request that was refused before or beside a route: unknown path, wrong method, unreadable body.</summary>
    IResult Refused(HttpContext context, int status);

    /// <summary>The answer to a request that failed for our reasons. It never says why.</summary>
    IResult Failed(HttpContext context, bool isTemporary);
}

/// <summary>One of the two contracts that merchants call.</summary>
internal interface IMerchantContract : IContract
{
    /// <summary>Its name, which keeps the idempotency keys of one contract apart from the other's: it never changes.</summary>
    string Name { get; }

    /// <summary>The merchant of a request whose caller was verified.</summary>
    Guid MerchantOf(HttpContext context);

    /// <summary>The answer to a request that its <c>Idempotency-Key</c> stops.</summary>
    IResult Refused(HttpContext context, IdempotencyRefusal refusal);
}

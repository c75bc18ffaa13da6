using Microsoft.AspNetCore.Http;

namespace Payments.Api.Http;

/// <summary>One of the two contracts, as far as errors outside its routes need it.</summary>
internal interface IContract
{
    /// <summary>The paths that belong to it.</summary>
    PathString Prefix { get; }

    /// <summary>The answer to a request that was refused before or beside a route: unknown path, wrong method, unreadable body.</summary>
    IResult Refused(HttpContext context, int status);

    /// <summary>The answer to a request that failed for our reasons. It never says why.</summary>
    IResult Failed(HttpContext context, bool isTemporary);
}

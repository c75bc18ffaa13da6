using System.Data.Common;
using System.Net.Sockets;
using Orleans.Runtime;

namespace Payments.Api.Http;

/// <summary>Tells a failure that will pass (a time limit, the cluster or its storage out of reach) from a defect.</summary>
internal static class Unavailability
{
    private const int CausesMax = 8;

    public static bool IsReasonOf(Exception failure)
    {
        var cause = failure;
        for (var depth = 0; cause is not null && depth < CausesMax; depth++, cause = cause.InnerException)
        {
            if (cause is TimeoutException or DbException or SocketException or IOException or OrleansException or AuthorityUnavailableException)
                return true;

            // Nobody but the caller cancels a request on purpose, and a caller who hung up is not answered. A placement that was interrupted, because the
            // silo that was to note it died, is cancelled.
            if (cause is OperationCanceledException)
                return true;
        }
        return false;
    }
}

/// <summary>Whether a token is good cannot be said now: the authority's keys are out of reach.</summary>
internal sealed class AuthorityUnavailableException(Exception cause) : Exception("The token authority is out of reach.", cause);

namespace Payments.Providers;

/// <summary>Ways in which a request can fail without an answer.</summary>
internal enum TransportFailure
{
    /// <summary>No connection: refused, unreachable, or the proxy would not.</summary>
    ConnectionRefused,

    /// <summary>The host has no address.</summary>
    NameNotResolved,

    /// <summary>The TLS handshake failed.</summary>
    Tls,

    /// <summary>The host has no address that we are willing to talk to.</summary>
    ForbiddenAddress,

    /// <summary>The connection broke, or what came over it was not HTTP, after the request may have been sent.</summary>
    ConnectionLost,
}

/// <summary>Tells those ways apart.</summary>
internal static class TransportFailures
{
    /// <summary>What <paramref name="exception"/> means; in doubt <see cref="TransportFailure.ConnectionLost"/>.</summary>
    public static TransportFailure Classify(HttpRequestException exception)
    {
        if (exception.InnerException is ForbiddenAddressException)
            return TransportFailure.ForbiddenAddress;
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => TransportFailure.NameNotResolved,
            HttpRequestError.SecureConnectionError => TransportFailure.Tls,
            HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => TransportFailure.ConnectionRefused,
            _ => TransportFailure.ConnectionLost,
        };
    }

    /// <summary>The failure's name in metrics, logs and delivery records.</summary>
    public static string ToWord(this TransportFailure failure) => failure switch
    {
        TransportFailure.ConnectionRefused => "connection_refused",
        TransportFailure.NameNotResolved => "name_not_resolved",
        TransportFailure.Tls => "tls",
        TransportFailure.ForbiddenAddress => "forbidden_address",
        TransportFailure.ConnectionLost => "connection_lost",
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, "Not a transport failure."),
    };
}

using System.Net;

namespace Payments.Providers;

/// <summary>How this service calls others: pooled HTTP/1.1 connections, nothing followed, kept or sent along behind the caller's back.</summary>
internal static class OutboundHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A handler for one kind of peer.</summary>
    /// <param name="connectionsMax">Connections per host.</param>
    /// <param name="connectionLifetime">After this long a connection is not used again, so that changed DNS records take effect.</param>
    /// <param name="sendTraceContext">Whether requests carry <c>traceparent</c>. Our trace ids are no business of other companies, unless they are asked for.</param>
    public static SocketsHttpHandler CreateHandler(int connectionsMax, TimeSpan connectionLifetime, bool sendTraceContext = false) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = connectionsMax,
        PooledConnectionLifetime = connectionLifetime,

        // A connection attempt outlives the request that began it; without a limit a host that swallows packets would collect them.
        ConnectTimeout = ConnectTimeout,

        // One that sends nothing, not none at all: without any there would be no span of the request either.
        ActivityHeadersPropagator = new TraceHeader(sendTraceContext),
    };

    /// <summary>A client without a timeout of its own: deadlines belong to the call and run on its <see cref="TimeProvider"/>.</summary>
    /// <param name="handler">Disposed with the client.</param>
    /// <param name="answerBytesMax">A longer body fails the call.</param>
    public static HttpClient CreateClient(SocketsHttpHandler handler, int answerBytesMax) => new(handler, disposeHandler: true)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = answerBytesMax,
    };
}

using System.Net;
using System.Net.Sockets;

namespace Payments.Providers;

/// <summary>Opens connections to endpoints that merchants name. The address is checked after the name is resolved and is the one that is
/// connected to, so that a name cannot be public when it is checked and private when it is used.</summary>
/// <param name="allowPrivate">Whether every address is allowed.</param>
/// <param name="resolve">Resolves a host name.</param>
internal sealed class GuardedConnect(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="ForbiddenAddressException">The host has addresses, but none that is allowed.</exception>
    /// <exception cref="SocketException">The name has no address, or no connection was possible.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        var allowed = allowPrivate ? addresses : Array.FindAll(addresses, PublicAddresses.Contains);
        if (allowed.Length == 0)
            throw new ForbiddenAddressException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host has no address that we are willing to connect to.</summary>
internal sealed class ForbiddenAddressException() : Exception("The endpoint's address is not on the public internet.");

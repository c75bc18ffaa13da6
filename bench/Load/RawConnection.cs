using System.Buffers.Text;
using System.Net.Sockets;

namespace Payments.Bench.Load;

/// <summary>
/// A keep-alive HTTP/1.1 connection with one request under way. It writes prepared bytes and reads no more of an answer than its status
/// and length, because what the client burns is missing to what it measures.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int StatusOffset = 9;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[BufferBytes];

    /// <summary>Connects.</summary>
    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var connection = new RawConnection();
        await connection.socket.ConnectAsync(server.Host, server.Port);
        return connection;
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <returns>The status, and the body, which is valid until the next request.</returns>
    /// <exception cref="BenchException">The connection ended, or the answer has no known length.</exception>
    public async ValueTask<(int Status, ReadOnlyMemory<byte> Body)> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        for (var sent = 0; sent < request.Length;)
            sent += await socket.SendAsync(request[sent..]);

        var received = 0;
        var bodyStart = -1;
        var end = int.MaxValue;
        while (received < end)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(received));
            if (count == 0)
                throw new BenchException("The silo closed a connection, or its answer is larger than the client takes.");
            received += count;
            if (bodyStart < 0)
                (bodyStart, end) = Head(buffer.AsSpan(0, received));
        }

        return Utf8Parser.TryParse(buffer.AsSpan(StatusOffset, 3), out int status, out _)
            ? (status, buffer.AsMemory(bodyStart, end - bodyStart))
            : throw new BenchException("An answer of the silo has no status.");
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Where the body begins and ends; −1 and the largest number while the head is incomplete.</summary>
    private static (int BodyStart, int End) Head(ReadOnlySpan<byte> received)
    {
        var headEnd = received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return (-1, int.MaxValue);

        var name = "\r\nContent-Length: "u8;
        var at = received[..headEnd].IndexOf(name);
        if (at < 0 || !Utf8Parser.TryParse(received[(at + name.Length)..], out int length, out _))
            throw new BenchException("An answer of the silo has no Content-Length.");
        var bodyStart = headEnd + 4;
        return (bodyStart, bodyStart + length);
    }
}

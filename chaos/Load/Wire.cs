using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Load;

/// <summary>How a request ended.</summary>
/// <param name="Ending">Whether it was sent and answered.</param>
/// <param name="Status">HTTP status, or 0.</param>
/// <param name="Text">The body, or what became of the connection.</param>
internal readonly record struct Reply(Ending Ending, int Status, string Text);

/// <summary>
/// Keep-alive HTTP/1.1 connections to one silo. A library's client repeats some requests by itself when a connection ends, which is just what is
/// to be counted here; this one repeats nothing, and knows whether a request can have left.
/// </summary>
internal sealed class Wire(Uri server, TimeProvider time) : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int StatusOffset = 9;

    private readonly ConcurrentStack<Socket> idle = new();

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="request">The whole request.</param>
    /// <param name="patience">How long both may take.</param>
    /// <param name="cancellationToken">Ends the wait as if patience had.</param>
    public async Task<Reply> ExchangeAsync(ReadOnlyMemory<byte> request, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = TakeIdle() ?? await ConnectAsync(either.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return new Reply(Ending.NotSent, 0, error is SocketException refused ? $"{refused.SocketErrorCode}" : "no connection in time");
        }

        try
        {
            return await ExchangeAsync(socket, request, either.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or IOException)
        {
            socket.Dispose();
            return new Reply(Ending.NoAnswer, 0, error is OperationCanceledException ? "no answer in time" : error.Message);
        }
    }

    /// <summary>Closes what is idle.</summary>
    public void Dispose()
    {
        while (idle.TryPop(out var socket))
            socket.Dispose();
    }

    private async Task<Reply> ExchangeAsync(Socket socket, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        while (request.Length > 0)
            request = request[await socket.SendAsync(request, cancellationToken)..];

        var buffer = new byte[BufferBytes];
        var received = 0;
        var (bodyStart, end) = (-1, buffer.Length);
        while (received < end)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
            if (count == 0)
                throw new IOException(bodyStart < 0 ? "the connection was closed" : "the answer was cut off");
            received += count;
            if (bodyStart < 0)
                (bodyStart, end) = ReadHead(buffer.AsSpan(0, received), buffer.Length);
        }

        var head = Encoding.ASCII.GetString(buffer, 0, bodyStart);
        var reply = Utf8Parser.TryParse(buffer.AsSpan(StatusOffset, 3), out int status, out _)
            ? new Reply(Ending.Answered, status, Encoding.UTF8.GetString(buffer, bodyStart, end - bodyStart))
            : throw new IOException("the answer has no status");
        if (head.Contains("\r\nConnection: close", StringComparison.OrdinalIgnoreCase))
            socket.Dispose();
        else
            idle.Push(socket);
        return reply;
    }

    /// <summary>A connection that the server has not closed meanwhile.</summary>
    private Socket? TakeIdle()
    {
        while (idle.TryPop(out var socket))
        {
            // Nothing is under way on it: what can be read is its end.
            if (!socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
                return socket;
            socket.Dispose();
        }

        return null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where the body begins and ends; −1 while the head is incomplete.</summary>
    private static (int BodyStart, int End) ReadHead(ReadOnlySpan<byte> received, int capacity)
    {
        var headEnd = received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return (-1, capacity);

        var name = "\r\nContent-Length: "u8;
        var at = received[..headEnd].IndexOf(name);
        if (at < 0 || !Utf8Parser.TryParse(received[(at + name.Length)..], out int length, out _) || headEnd + 4 + length > capacity)
            throw new IOException("the answer has no length, or is larger than any of the contract's");
        return (headEnd + 4, headEnd + 4 + length);
    }
}

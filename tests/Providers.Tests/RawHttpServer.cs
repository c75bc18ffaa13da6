using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Payments.Providers.Tests;

/// <summary>An HTTP/1.1 server on loopback, driven by hand down to the socket: it records every request as it came and does to the
/// connection what the next queued answer says.</summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Func<Exchange, Task>> _answers = new();
    private readonly ConcurrentQueue<RawRequest> _requests = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;

    public RawHttpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url => new($"http://127.0.0.1:{Port}");

    public IReadOnlyList<RawRequest> Requests => [.. _requests];

    public RawRequest Single => Assert.Single(Requests);

    public void Answer(Func<Exchange, Task> answer) => _answers.Enqueue(answer);

    public void Answer(int status, string body, params (string Name, string Value)[] headers) =>
        Answer(exchange => exchange.RespondAsync(status, body, headers));

    /// <summary>Does not answer; the returned task completes when the request has arrived.</summary>
    public Task Stall(string beginning = "")
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Answer(async exchange =>
        {
            await exchange.WriteAsync(beginning);
            arrived.SetResult();
            await exchange.UntilClientLeavesAsync();
        });
        return arrived.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var socket in _sockets)
            socket.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _sockets.Add(socket);
                connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket);
            while (await ReadRequestAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                var exchange = new Exchange(socket, stream);
                if (_answers.TryDequeue(out var answer))
                    await answer(exchange);
                else
                    await exchange.RespondAsync(418, "no answer was queued for this request");
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            // The client went, or the test ended.
        }
    }

    private static async Task<RawRequest?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Add(one[0]);

            // A TLS hello: answered in clear text, as servers do that speak none.
            if (head[0] == 0x16)
            {
                await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                return null;
            }
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines[1..].Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1])).ToList();
        var request = new RawRequest(first[0], first[1], first[2], headers, []);
        if (request.Header("Content-Length") is not { } length)
            return request;
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return request with { Body = body };
    }
}

/// <summary>A request as it came over the wire.</summary>
internal sealed record RawRequest(string Method, string Target, string Version, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The value of a header that may come at most once.</summary>
    public string? Header(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}

/// <summary>The connection behind one request.</summary>
internal sealed class Exchange(Socket socket, NetworkStream stream)
{
    public Task WriteAsync(string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    public Task RespondAsync(int status, string body, params (string Name, string Value)[] headers)
    {
        var head = new StringBuilder($"HTTP/1.1 {status} Status\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return WriteAsync($"{head}\r\n{body}");
    }

    /// <summary>Ends the connection with RST.</summary>
    public Task ResetAsync()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }

    /// <summary>Ends the connection in good order.</summary>
    public Task CloseAsync()
    {
        socket.Shutdown(SocketShutdown.Both);
        socket.Close();
        return Task.CompletedTask;
    }

    public async Task UntilClientLeavesAsync()
    {
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
        }
    }
}

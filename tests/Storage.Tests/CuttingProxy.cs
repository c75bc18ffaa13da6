using System.Net;
using System.Net.Sockets;

namespace Payments.Storage.Tests;

/// <summary>A TCP proxy that can lose an answer: the request arrives, the connection dies before the reply.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _host;
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _armed;

    public CuttingProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Cuts { get; private set; }

    /// <summary>The next bytes from the server are dropped with their connection.</summary>
    public void CutNextAnswer() => Volatile.Write(ref _armed, 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Outcome.OfAsync(_accepting);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = Outcome.OfAsync(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        await server.ConnectAsync(_host, _port, _stop.Token);
        var requests = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
        var answers = AnswerAsync(server.GetStream(), client.GetStream());
        await Task.WhenAny(requests, answers);
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[65_536];
        while (await server.ReadAsync(buffer, _stop.Token) is var count and > 0)
        {
            if (Interlocked.Exchange(ref _armed, 0) == 1)
            {
                Cuts++;
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}

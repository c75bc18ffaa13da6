using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Payments.Deployment.Tests.Running;

/// <summary>A server in place of a silo that notes what reaches it, and does what no silo would do on order.</summary>
internal sealed class StandInSilo : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private int port;

    public StandInSilo(string name)
    {
        Name = name;
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    /// <summary>What it is called in haproxy.cfg, and what it answers.</summary>
    public string Name { get; }

    /// <summary>Its port.</summary>
    public int Port => port;

    /// <summary>What <c>/health/ready</c> answers.</summary>
    public int Readiness { get; set; } = 200;

    /// <summary>Whether a request is read to its end and then answered by closing the connection.</summary>
    public bool DiesOnRequests { get; set; }

    /// <summary>Requests that came, other than health checks.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Nobody listens any more: connections are refused.</summary>
    public void StopListening() => listener.Stop();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over, or wants it so.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = await ReadRequestAsync(stream);
                var path = head.Split(' ')[1];
                if (path is not ("/health/ready" or "/health/live"))
                {
                    Requests.Enqueue(head.Split('\r')[0]);
                    if (DiesOnRequests)
                        return;
                }

                var status = path == "/health/ready" ? Readiness : 200;
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {Name.Length}\r\n\r\n{Name}"), stop.Token);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
            {
                // The caller has gone.
            }
        }
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0)
                throw new IOException("Closed.");
            received.Append(Encoding.ASCII.GetString(buffer, 0, count));
            var text = received.ToString();
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end && text.Length - end - 4 >= ContentLength(text))
                return text;
        }
    }

    private static int ContentLength(string text) => text.Split("\r\n").Select(static line => line.Split(": ", 2))
        .Where(static header => header[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .Select(static header => int.Parse(header[1])).FirstOrDefault();
}

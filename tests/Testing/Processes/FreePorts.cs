using System.Net;
using System.Net.Sockets;

namespace Payments.Testing.Processes;

/// <summary>Loopback ports that nobody uses right now.</summary>
public static class FreePorts
{
    // Below what any common system gives to outgoing connections (32768 or 49152 and up).
    private const int LastingFirst = 15_000;
    private const int LastingEnd = 30_000;

    /// <summary>Picks ports that no outgoing connection takes while their owner is away: for programs that are killed and come back.</summary>
    public static int[] PickLasting(int count)
    {
        var picked = new HashSet<int>();
        while (picked.Count < count)
        {
            var port = Random.Shared.Next(LastingFirst, LastingEnd);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                picked.Add(port);
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }

        return [.. picked];
    }

    /// <summary>Picks <paramref name="count"/> different ports.</summary>
    public static int[] Pick(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Payments.Testing.Processes;

/// <summary>Loopback ports that nobody uses right now.</summary>
public static class FreePorts
{
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

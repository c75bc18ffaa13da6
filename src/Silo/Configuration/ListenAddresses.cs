using System.Net;
using System.Net.Sockets;

namespace Payments.Silo.Configuration;

/// <summary>Checks what the program is to listen on before anything is started: a silo that must stop again because the web server found its port
/// taken leaves a page of errors in the log, and none of them says so.</summary>
internal static class ListenAddresses
{
    /// <summary>Checks the setting <c>Urls</c>.</summary>
    /// <exception cref="SettingsException">An address is none, or somebody else listens on it.</exception>
    public static void CheckUrls(IConfiguration configuration)
    {
        foreach (var address in (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // The server takes what follows a colon and is no number for a part of the host's name, and then listens on port 80 of every network.
            // Its wildcards for a host are no host to anyone else.
            var plain = address.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                throw new SettingsException($"Urls: '{address}' is not an address to listen on, like http://127.0.0.1:8080.");
            CheckFree("Urls", address, HostOf(url), url.Port);
        }
    }

    /// <summary>Checks a port for other silos and clients.</summary>
    /// <exception cref="SettingsException">Somebody else listens on it, or the address is not this machine's.</exception>
    public static void CheckPort(string setting, IPAddress address, int port) =>
        CheckFree(setting, IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) ? $"{port}" : $"{address}:{port}", address, port);

    private static IPAddress HostOf(Uri url) => url switch
    {
        _ when IPAddress.TryParse(url.IdnHost, out var address) => address,
        { IsLoopback: true } => IPAddress.Loopback,
        _ => IPAddress.Any,
    };

    private static void CheckFree(string setting, string text, IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new SettingsException($"{setting}: cannot listen on {text}: {error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the address is already in use.",
                SocketError.AccessDenied => "this process may not.",
                _ => error.Message,
            }}");
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new SettingsException($"{setting}: {text} is not a port.");
        }
    }
}

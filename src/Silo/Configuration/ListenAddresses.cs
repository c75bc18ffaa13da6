namespace Payments.Silo.Configuration;

/// <summary>Checks the setting <c>Urls</c>. The server takes what follows a colon and is no number for a part of the host's name, and then listens
/// on port 80 of every network: a typing error must not do that.</summary>
internal static class ListenAddresses
{
    /// <summary>Checks every address.</summary>
    /// <exception cref="SettingsException">One is no http or https address.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var address in (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // The server's wildcards for a host are no host to anyone else.
            var plain = address.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw new SettingsException($"Urls: '{address}' is not an address to listen on, like http://127.0.0.1:8080.");
        }
    }
}

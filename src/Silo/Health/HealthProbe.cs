using Payments.Silo.Configuration;

namespace Payments.Silo.Health;

/// <summary>Asks a running program for its health: the health check of a container whose image has no shell and no other HTTP
/// client.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>GETs the address and prints what is answered.</summary>
    /// <returns>Whether the answer was a success. Anything else is one line in <paramref name="errors"/>.</returns>
    public static async Task<bool> AskAsync(string address, TextWriter output, TextWriter errors)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync($"'{address}' is not an http address.");
            return false;
        }

        // A proxy of the surrounding machine would answer for itself; a redirect is somebody else's health.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(url);
            var body = await answer.Content.ReadAsStringAsync();
            await (answer.IsSuccessStatusCode ? output : errors).WriteLineAsync($"{(int)answer.StatusCode} {body}".TrimEnd());
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            await errors.WriteLineAsync($"{url} does not answer: {error.Message}");
            return false;
        }
    }

    /// <summary>Where a program of this configuration answers whether it is ready.</summary>
    /// <exception cref="SettingsException">The setting <c>Urls</c> names no address.</exception>
    public static string OwnAddress(IConfiguration configuration)
    {
        var first = (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault()
            ?? throw new SettingsException("Urls: no address to ask.");

        // Every address of the machine is no address to connect to.
        foreach (var any in (string[])["//*", "//+", "//0.0.0.0", "//[::]"])
            first = first.Replace(any, "//127.0.0.1", StringComparison.Ordinal);
        return $"{first.TrimEnd('/')}/health/ready";
    }
}

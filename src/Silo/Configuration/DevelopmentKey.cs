using System.Security.Cryptography;

namespace Payments.Silo.Configuration;

/// <summary>The embedded profile's token signing key: made on first use, kept beside the data, never in the repository.</summary>
internal static class DevelopmentKey
{
    private const int KeyBytes = 32;

    /// <summary>When <c>Payments:Auth:DevelopmentSigningKeyFile</c> is set, makes its content the development signing key.</summary>
    public static void Provide(ConfigurationManager configuration)
    {
        var path = configuration["Payments:Auth:DevelopmentSigningKeyFile"];
        if (string.IsNullOrWhiteSpace(path) || !string.IsNullOrWhiteSpace(configuration["Payments:Auth:DevelopmentSigningKey"]))
            return;

        try
        {
            configuration.AddInMemoryCollection([new("Payments:Auth:DevelopmentSigningKey", ReadOrCreate(path))]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The development signing key {path} cannot be read or written: {error.Message}");
        }
    }

    private static string ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
                Directory.CreateDirectory(directory);

            // Written aside and moved: of two processes that start at once, one key wins and neither reads half a file.
            var aside = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(aside, options))
                writer.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
            try
            {
                File.Move(aside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(aside);
            }
        }

        return File.ReadAllText(path).Trim();
    }
}

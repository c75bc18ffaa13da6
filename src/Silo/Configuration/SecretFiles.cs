namespace Payments.Silo.Configuration;

/// <summary>
/// Secrets as a container platform hands them over: a directory with one file per setting, named like the environment variable
/// (<c>Payments__Stripe__ApiKey</c>). So no secret need stand in a settings file, a variable or a command line, where others can read it.
/// </summary>
internal static class SecretFiles
{
    /// <summary>The setting that names the directory; none when empty.</summary>
    public const string Setting = "Payments:SecretsDirectory";

    /// <summary>Adds the files' contents. They win over every other source.</summary>
    /// <exception cref="SettingsException">The directory, or a file in it, cannot be read.</exception>
    public static void Provide(ConfigurationManager configuration)
    {
        var directory = configuration[Setting];
        if (string.IsNullOrWhiteSpace(directory))
            return;

        try
        {
            configuration.AddKeyPerFile(Path.GetFullPath(directory), optional: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Setting}: {directory} cannot be read: {error.Message}");
        }
    }
}

using Payments.Grains;
using Payments.Storage;

namespace Payments.Silo.Configuration;

/// <summary>Reads section <c>Payments:Storage</c>.</summary>
internal static class StorageSettings
{
    /// <summary>The storage options, with the grains' own serialization.</summary>
    public static StorageOptions Read(IConfiguration configuration)
    {
        try
        {
            var options = configuration.GetSection("Payments:Storage").Get<StorageOptions>() ?? new StorageOptions();
            options.Json = GrainStateJson.Options;
            return options;
        }
        catch (InvalidOperationException error)
        {
            throw new SettingsException($"Payments:Storage: {error.Message} {error.InnerException?.Message}");
        }
    }
}

using Payments.Grains;
using Payments.Storage;

namespace Payments.Silo.Configuration;

/// <summary>Reads section <c>Payments:Storage</c>.</summary>
internal static class StorageSettings
{
    /// <summary>The storage options, with the grains' own serialization.</summary>
    /// <exception cref="SettingsException">A value makes no sense.</exception>
    public static StorageOptions Read(IConfiguration configuration)
    {
        try
        {
            var options = configuration.GetSection("Payments:Storage").Get<StorageOptions>() ?? new StorageOptions();
            options.Json = GrainStateJson.Options;
            return options.Kind != StorageKind.AdoNet || PackageSetInfo.IsFull
                ? options
                : throw new SettingsException(
                    "Payments:Storage:Kind=AdoNet needs the full package set; this program was built on the stand-ins (docs/package-sets.md).");
        }
        catch (InvalidOperationException error)
        {
            throw new SettingsException($"Payments:Storage: {error.Message} {error.InnerException?.Message}");
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Payments;

/// <summary>
/// Lets a failure of storage reach a caller on another silo as what it is. Orleans sends exceptions of the namespaces it knows; of any other it tells the
/// caller that there is no codec, and the API would answer 500, a defect, where it must answer 503, try again.
/// </summary>
internal static class TravellingFailures
{
    private static readonly string[] Namespaces = [nameof(Npgsql), nameof(Payments)];

    /// <summary>Both sides need it: who throws and who catches.</summary>
    public static void AddTravellingFailures(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(static options => options.SupportedNamespacePrefixes.UnionWith(Namespaces));
}

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Carter;

/// <summary>Registers modules and maps their routes.</summary>
public static class CarterExtensions
{
    /// <summary>Registers every public module of the catalog's assemblies, as a singleton.</summary>
    /// <param name="services">Where to register them.</param>
    /// <param name="assemblyCatalog">The assemblies to search. Carter itself can do without and reads the host's dependency file; this
    /// stand-in cannot.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddCarter(this IServiceCollection services, DependencyContextAssemblyCatalog assemblyCatalog)
    {
        foreach (var module in assemblyCatalog.GetAssemblies().SelectMany(assembly => assembly.GetTypes()).Where(IsModule))
            services.AddSingleton(typeof(ICarterModule), module);
        return services;
    }

    /// <summary>Maps the routes of every registered module.</summary>
    /// <param name="builder">Where to map them.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IEndpointRouteBuilder MapCarter(this IEndpointRouteBuilder builder)
    {
        foreach (var module in builder.ServiceProvider.GetServices<ICarterModule>())
            module.AddRoutes(builder);
        return builder;
    }

    private static bool IsModule(Type type) => type.IsPublic && !type.IsAbstract && typeof(ICarterModule).IsAssignableFrom(type);
}

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Carter;

/// <summary>Registers modules and maps their routes.</summary>
public static class CarterExtensions
{
    /// <summary>Registers the modules that <paramref name="configurator"/> names or, when it names none, every public one of the catalog's assemblies.</summary>
    /// <param name="services">Where to register them.</param>
    /// <param name="assemblyCatalog">The assemblies to search; none by default, because this stand-in does not read dependency files.</param>
    /// <param name="configurator">Names modules one by one.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddCarter(
        this IServiceCollection services,
        DependencyContextAssemblyCatalog? assemblyCatalog = null,
        Action<CarterConfigurator>? configurator = null)
    {
        var configuration = new CarterConfigurator();
        configurator?.Invoke(configuration);
        if (configuration.ModuleTypes.Count == 0 && assemblyCatalog is not null)
            configuration.ModuleTypes.AddRange(assemblyCatalog.GetAssemblies().SelectMany(assembly => assembly.GetTypes()).Where(IsModule));

        foreach (var module in configuration.ModuleTypes)
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

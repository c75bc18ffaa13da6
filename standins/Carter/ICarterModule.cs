using Microsoft.AspNetCore.Routing;

namespace Carter;

/// <summary>A group of HTTP routes that belong together.</summary>
/// <remarks>Modules are created once, when routes are mapped: what a route needs is injected into its delegate, never into the module.</remarks>
public interface ICarterModule
{
    /// <summary>Adds the module's routes.</summary>
    /// <param name="app">Where to add them.</param>
    void AddRoutes(IEndpointRouteBuilder app);
}

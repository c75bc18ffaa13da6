using System.Reflection;

namespace Carter;

/// <summary>Says which assemblies are searched for modules.</summary>
/// <param name="assemblies">The assemblies to search.</param>
public class DependencyContextAssemblyCatalog(params Assembly[] assemblies)
{
    private readonly HashSet<Assembly> _assemblies = [.. assemblies];

    /// <summary>The assemblies to search, each once.</summary>
    public virtual IReadOnlyCollection<Assembly> GetAssemblies() => _assemblies;
}

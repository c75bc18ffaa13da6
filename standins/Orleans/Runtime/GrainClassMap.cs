using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>The grain classes of this process and which interface leads to which class.</summary>
internal sealed class GrainClassMap
{
    private static readonly ConcurrentDictionary<Assembly, GrainClass[]> PerAssembly = new();

    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly ConcurrentDictionary<Type, GrainType> _byInterface = new();

    public GrainClassMap()
    {
        foreach (var grainClass in Applications().SelectMany(assembly => PerAssembly.GetOrAdd(assembly, FindClasses)))
        {
            if (!_byType.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException(
                    $"Grain classes {grainClass.Type} and {_byType[grainClass.GrainType].Type} have the same grain type '{grainClass.GrainType}'.");
            }
        }
    }

    public GrainClass Get(GrainType type) => _byType.GetValueOrDefault(type)
        ?? throw new ArgumentException($"Could not find an implementation for grain type {type}");

    /// <summary>The grain type that implements an interface; a prefix of the class name chooses among several.</summary>
    public GrainType Resolve(Type interfaceType, string? classNamePrefix) => string.IsNullOrWhiteSpace(classNamePrefix)
        ? _byInterface.GetOrAdd(interfaceType, type => Choose(type, Implementations(type)))
        : Choose(
            interfaceType,
            Implementations(interfaceType)
                .Where(candidate => candidate.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal)).ToArray());

    private GrainClass[] Implementations(Type interfaceType) =>
        [.. _byType.Values.Where(candidate => interfaceType.IsAssignableFrom(candidate.Type))];

    private static GrainType Choose(Type interfaceType, GrainClass[] candidates)
    {
        if (candidates.Length == 0)
            throw new ArgumentException($"Could not find an implementation for interface {interfaceType}");
        if (candidates.Length == 1)
            return candidates[0].GrainType;

        // IFoo means Foo when there are several.
        return Array.Find(candidates, candidate => candidate.Type.Name == interfaceType.Name[1..])?.GrainType
            ?? throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {interfaceType}. "
                + $"Candidates: {string.Join(", ", candidates.Select(candidate => $"{candidate.GrainType} ({candidate.Type.FullName})"))}");
    }

    /// <summary>Assemblies that use this one: those loaded, and what they refer to.</summary>
    private static HashSet<Assembly> Applications()
    {
        var runtime = typeof(GrainClassMap).Assembly.GetName().Name;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var applications = new HashSet<Assembly>();
        var open = new Stack<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic));
        while (open.TryPop(out var assembly))
        {
            var name = assembly.GetName().Name!;
            if (!seen.Add(assembly.FullName!) || IsFramework(name))
                continue;

            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (reference.Name == runtime)
                    applications.Add(assembly);
                else if (!IsFramework(reference.Name!) && TryLoad(reference) is { } loaded)
                    open.Push(loaded);
            }
        }

        return applications;
    }

    private static bool IsFramework(string name) => name is "System" or "mscorlib" or "netstandard"
        || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return null;
        }
    }

    private static GrainClass[] FindClasses(Assembly assembly) =>
        [.. assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
                && typeof(IGrain).IsAssignableFrom(type) && !typeof(GrainReference).IsAssignableFrom(type))
            .Select(type => new GrainClass(type))];
}

using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>A grain class: its name, its properties and the way to make instances.</summary>
internal sealed class GrainClass
{
    private const string Suffix = "grain";

    private readonly Lazy<Func<IGrainContext, object>> _create;

    public GrainClass(Type type)
    {
        Type = type;
        GrainType = type.GetCustomAttribute<GrainTypeAttribute>() is { } attribute
            ? attribute.GetGrainType(null!, type)
            : GrainType.Create(ConventionalName(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        _create = new Lazy<Func<IGrainContext, object>>(CompileFactory);
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    /// <summary>Makes an instance; constructor parameters come from the activation's services and from facets.</summary>
    public object CreateInstance(IGrainContext context)
    {
        try
        {
            return _create.Value(context);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"Failed to create an instance of grain type '{Type}'. See {nameof(Exception.InnerException)} for details.", exception);
        }
    }

    private static string ConventionalName(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    private Func<IGrainContext, object> CompileFactory()
    {
        var facets = (Type.GetConstructors().FirstOrDefault()?.GetParameters() ?? [])
            .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)))
            .ToArray();
        var states = Array.ConvertAll(facets, PersistentStateFactory.For);
        var factory = ActivatorUtilities.CreateFactory(Type, Array.ConvertAll(facets, parameter => parameter.ParameterType));
        return context => factory(context.ActivationServices, Array.ConvertAll(states, create => create(context)));
    }
}

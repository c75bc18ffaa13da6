using Orleans.Runtime;

namespace Orleans;

/// <summary>Names the grain type of a class, in place of the naming convention.</summary>
/// <param name="grainType">The name; it is part of every stored grain id, so it never changes.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GrainTypeAttribute(string grainType) : Attribute
{
    private readonly GrainType _grainType = GrainType.Create(grainType);

    public GrainType GetGrainType(IServiceProvider services, Type type) => _grainType;
}

namespace Payments.Conformance;

[Alias("conformance.INamedGrain")]
public interface INamedGrain : IGrainWithIntegerKey
{
    [Alias("Name")]
    Task<string> NameAsync();
}

[Alias("conformance.IAlsoNamedGrain")]
public interface IAlsoNamedGrain : IGrainWithIntegerKey
{
    [Alias("Again")]
    Task<string> AgainAsync();
}

[GrainType("named-by-attribute")]
public sealed class NamedGrain : Grain, INamedGrain, IAlsoNamedGrain
{
    public Task<string> NameAsync() => Task.FromResult(IdentityString);

    public Task<string> AgainAsync() => Task.FromResult($"again {this.GetPrimaryKeyLong()}");
}

/// <summary>Contains "gran", does not end in "grain".</summary>
[Alias("conformance.IGranary")]
public interface IGranary : IGrainWithIntegerKey;

public sealed class Granary : Grain, IGranary;

[Alias("conformance.INowhereGrain")]
public interface INowhereGrain : IGrainWithIntegerKey;

[Alias("conformance.IShapeGrain")]
public interface IShapeGrain : IGrainWithIntegerKey;

public sealed class CircleGrain : Grain, IShapeGrain;

public sealed class SquareGrain : Grain, IShapeGrain;

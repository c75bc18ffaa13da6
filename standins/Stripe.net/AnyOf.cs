namespace Stripe;

/// <summary>A parameter that has one of two types.</summary>
public class AnyOf<T1, T2> : IAnyOf
{
    /// <summary>Holds the first type.</summary>
    public AnyOf(T1 value) => Value = value;

    /// <summary>Holds the second type.</summary>
    public AnyOf(T2 value) => Value = value;

    /// <summary>What it holds.</summary>
    public object? Value { get; }

    /// <summary>Holds the first type, or is null when that is.</summary>
    public static implicit operator AnyOf<T1, T2>?(T1 value) => value is null ? null : new(value);

    /// <summary>Holds the second type, or is null when that is.</summary>
    public static implicit operator AnyOf<T1, T2>?(T2 value) => value is null ? null : new(value);
}

/// <summary>What the form encoder needs to know of <see cref="AnyOf{T1, T2}"/>.</summary>
internal interface IAnyOf
{
    object? Value { get; }
}

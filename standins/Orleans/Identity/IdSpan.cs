using System.Text;

namespace Orleans.Runtime;

/// <summary>An identifier as UTF-8 bytes, with its stable hash.</summary>
[GenerateSerializer, Immutable]
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>, ISpanFormattable
{
    private readonly byte[]? _value;
    private readonly int _hashCode;

    public IdSpan(byte[] value)
    {
        _value = value;
        _hashCode = unchecked((int)StableHash.Compute(value));
    }

    public ReadOnlyMemory<byte> Value => _value;

    public bool IsDefault => _value is null || _value.Length == 0;

    public static IdSpan Create(string id) => new(Encoding.UTF8.GetBytes(id));

    public ReadOnlySpan<byte> AsSpan() => _value;

    public bool Equals(IdSpan obj) => ReferenceEquals(_value, obj._value)
        || (_value is not null && obj._value is not null && _value.AsSpan().SequenceEqual(obj._value));

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => _hashCode;

    /// <summary>A hash that is equal on every node and in every version.</summary>
    public uint GetUniformHashCode() => unchecked((uint)_hashCode);

    public int CompareTo(IdSpan other) => (_value, other._value) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => _value.AsSpan().SequenceCompareTo(other._value),
    };

    public override string ToString() => _value is null ? "" : Encoding.UTF8.GetString(_value);

    public bool TryFormat(Span<char> destination, out int charsWritten) => Encoding.UTF8.TryGetChars(_value, destination, out charsWritten);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}

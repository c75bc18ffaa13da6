using System.Runtime.InteropServices;
using System.Text.Json;

namespace Payments.Api.Http;

/// <summary>The first thing that is wrong with a body.</summary>
/// <param name="Field">The field's path in the body.</param>
/// <param name="Reason">A sentence for people; it names the field where the contract's own wording does not say otherwise.</param>
internal sealed record FieldError(string Field, string Reason);

/// <summary>Reads the fields of a JSON object and keeps the first error. After an error it still returns, with null; who reads asks
/// <see cref="Error"/> once, at the end. Names match exactly; JSON null is the same as absent; fields that nobody asks for are ignored.</summary>
internal sealed class FieldReader
{
    private readonly JsonElement _json;
    private readonly string _path;
    private readonly FieldReader? _parent;
    private FieldError? _error;

    public FieldReader(JsonElement json)
        : this(json, "", null)
    {
    }

    private FieldReader(JsonElement json, string path, FieldReader? parent)
    {
        _json = json;
        _path = path;
        _parent = parent;
    }

    /// <summary>The first error, in order of reading.</summary>
    public FieldError? Error => _parent is null ? _error : _parent.Error;

    /// <summary>Records an error unless there is one already.</summary>
    public void Refuse(string name, string reason)
    {
        if (_parent is not null)
            _parent.Refuse(_path + name, reason);
        else
            _error ??= new FieldError(name, reason);
    }

    /// <summary>A string as it is, without limits.</summary>
    public string? Word(string name, bool isRequired = false)
    {
        if (!TryGet(name, isRequired, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return RefuseAs<string>(name, "must be a string");
        try
        {
            var text = value.GetString()!;
            return isRequired && string.IsNullOrWhiteSpace(text) ? RefuseAs<string>(name, "is required") : text;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: JSON, but no text.
            return RefuseAs<string>(name, "is not valid text");
        }
    }

    /// <summary>A string that people read: at most <paramref name="lengthMax"/> UTF-16 code units and no control characters,
    /// except line breaks and tabs when it is <paramref name="isMultiline"/>. An optional one that is empty is null.</summary>
    public string? Text(string name, int lengthMax, bool isRequired = false, bool isMultiline = false)
    {
        var text = Word(name, isRequired);
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length > lengthMax)
            return RefuseAs<string>(name, $"must not be longer than {lengthMax} characters");
        foreach (var character in text)
        {
            if (char.IsControl(character) && !(isMultiline && character is '\n' or '\r' or '\t'))
                return RefuseAs<string>(name, "must not contain control characters");
        }
        return text;
    }

    /// <summary>A string out of a few.</summary>
    public string? OneOf(string name, ReadOnlySpan<string> values, bool isRequired = false)
    {
        var text = Word(name, isRequired);
        if (text is null || values.Contains(text))
            return text;
        return RefuseAs<string>(name, $"must be one of {string.Join(", ", values!)}");
    }

    public Guid? Uuid(string name, bool isRequired = false)
    {
        var text = Word(name, isRequired);
        if (text is null)
            return null;
        if (UuidText.TryParse(text, out var uuid))
            return uuid;
        Refuse(name, $"{_path}{name} must be a UUID");
        return null;
    }

    public bool? Flag(string name)
    {
        if (!TryGet(name, false, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, $"{_path}{name} must be true or false");
        return null;
    }

    /// <summary>An integer, written without fraction and exponent.</summary>
    public long? Integer(string name, long min, long max, bool isRequired = false)
    {
        if (!TryGet(name, isRequired, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"{_path}{name} must be an integer from {min} to {max}");
        return null;
    }

    /// <summary>An amount in major units, as minor units of <paramref name="currency"/>.</summary>
    public long? Amount(string name, Currency currency, long minorMin, long minorMax, bool isRequired = false)
    {
        if (!TryGet(name, isRequired, out var value))
            return null;

        // A longer number than this could lose digits on its way into a decimal, and with them its refusal.
        const int DigitsMax = 24;
        if (value.ValueKind != JsonValueKind.Number
            || JsonMarshal.GetRawUtf8Value(value).Length > DigitsMax
            || !value.TryGetDecimal(out var major)
            || Math.Abs(major) > minorMax)
        {
            Refuse(name, AmountReason(name, currency, minorMin, minorMax));
            return null;
        }

        var minor = major * currency.MinorPerMajor;
        if (minor != decimal.Truncate(minor))
        {
            Refuse(name, $"{_path}{name} must not have more than {currency.Digits} decimals in {currency.Code}");
            return null;
        }
        if (minor >= minorMin && minor <= minorMax)
            return (long)minor;
        Refuse(name, AmountReason(name, currency, minorMin, minorMax));
        return null;
    }

    /// <summary>An instant with its offset from UTC (RFC 3339).</summary>
    public DateTimeOffset? Instant(string name, bool isRequired = false)
    {
        var text = Word(name, isRequired);
        if (text is null)
            return null;
        if (InstantText.TryParse(text, out var instant))
            return instant;
        Refuse(name, $"{_path}{name} {InstantText.Rule}");
        return null;
    }

    public FieldReader? Object(string name)
    {
        if (!TryGet(name, false, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new FieldReader(value, $"{_path}{name}.", Top)
            : RefuseAs<FieldReader>(name, "must be an object");
    }

    /// <summary>The names of this object's members, in the order in which they were written; a name that is no text is refused.</summary>
    public IReadOnlyList<string> Names()
    {
        var names = new List<string>();
        foreach (var member in _json.EnumerateObject())
        {
            try
            {
                names.Add(member.Name);
            }
            catch (InvalidOperationException)
            {
                Refuse("", $"{_path.TrimEnd('.')} has a name that is not valid text");
            }
        }
        return names;
    }

    /// <summary>The objects of an array, at most <paramref name="countMax"/>; empty when there is none.</summary>
    public IReadOnlyList<FieldReader> Objects(string name, int countMax, bool isRequired = false)
    {
        if (!TryGet(name, isRequired, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return RefuseAs<IReadOnlyList<FieldReader>>(name, "must be an array") ?? [];
        var count = value.GetArrayLength();
        if (count > countMax)
            return RefuseAs<IReadOnlyList<FieldReader>>(name, $"must not have more than {countMax} entries") ?? [];

        var readers = new List<FieldReader>(count);
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
                return RefuseAs<IReadOnlyList<FieldReader>>($"{name}[{readers.Count}]", "must be an object") ?? [];
            readers.Add(new FieldReader(entry, $"{_path}{name}[{readers.Count}].", Top));
        }
        return readers;
    }

    private FieldReader Top => _parent ?? this;

    private string AmountReason(string name, Currency currency, long minorMin, long minorMax) =>
        $"{_path}{name} must be a number from {currency.ToMajor(minorMin)} to {currency.ToMajor(minorMax)}";

    private T? RefuseAs<T>(string name, string fault)
        where T : class
    {
        Refuse(name, $"{_path}{name} {fault}");
        return null;
    }

    private bool TryGet(string name, bool isRequired, out JsonElement value)
    {
        if (_json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
            return true;
        if (isRequired)
            Refuse(name, $"{_path}{name} is required");
        return false;
    }
}

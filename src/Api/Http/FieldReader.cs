using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Payments.Api.OpenApi;

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
    private readonly SchemaRecorder? _recorder;
    private FieldError? _error;

    /// <summary>Begins to read.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="recorder">Where to write down what is asked for, or null.</param>
    public FieldReader(JsonElement json, SchemaRecorder? recorder = null)
        : this(json, "", null, recorder)
    {
    }

    private FieldReader(JsonElement json, string path, FieldReader? parent, SchemaRecorder? recorder)
    {
        _json = json;
        _path = path;
        _parent = parent;
        _recorder = recorder;
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

    /// <summary>Completes what the OpenAPI document says about a field that was read: a rule that the reader checks by itself.</summary>
    public void Describe(string name, Action<JsonObject> complete)
    {
        if (_recorder is not null)
            complete(_recorder.Properties[name]!.AsObject());
    }

    /// <summary>Tells the OpenAPI document that a field was only required because <paramref name="other"/> is <paramref name="value"/>.</summary>
    public void DescribeRequiredWhen(string name, string other, string value) => _recorder?.RequireOnlyWhen(name, other, value);

    /// <summary>A string as it is, without limits.</summary>
    public string? Word(string name, bool isRequired = false)
    {
        if (_recorder?.Add(name, "string", isRequired) is { } schema && isRequired)
            schema["pattern"] = @"\S";
        return ReadWord(name, isRequired);
    }

    private string? ReadWord(string name, bool isRequired)
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
        if (_recorder?.Add(name, "string", isRequired) is { } schema)
            StringSchema.Text(schema, lengthMax, isRequired, isMultiline);
        var text = ReadWord(name, isRequired);
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
    /// <param name="name">The field.</param>
    /// <param name="values">The few.</param>
    /// <param name="isRequired">Whether it must be there.</param>
    /// <param name="reason">What to say about any other, or null for a sentence that lists them.</param>
    public string? OneOf(string name, IReadOnlyList<string> values, bool isRequired = false, string? reason = null)
    {
        if (_recorder?.Add(name, "string", isRequired) is { } schema)
            StringSchema.OneOf(schema, values);
        var text = ReadWord(name, isRequired);
        if (text is null || values.Contains(text))
            return text;
        if (reason is null)
            return RefuseAs<string>(name, $"must be one of {string.Join(", ", values)}");
        Refuse(name, reason);
        return null;
    }

    public Guid? Uuid(string name, bool isRequired = false)
    {
        if (_recorder?.Add(name, "string", isRequired) is { } schema)
            schema["format"] = "uuid";
        var text = ReadWord(name, isRequired);
        if (text is null)
            return null;
        if (UuidText.TryParse(text, out var uuid))
            return uuid;
        Refuse(name, $"{_path}{name} must be a UUID");
        return null;
    }

    public bool? Flag(string name)
    {
        _recorder?.Add(name, "boolean", isRequired: false);
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
        if (_recorder?.Add(name, "integer", isRequired) is { } schema)
            (schema["minimum"], schema["maximum"]) = (min, max);
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
        if (_recorder?.Add(name, "number", isRequired) is { } schema)
            RecordAmount(schema, minorMin, minorMax);
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
        if (_recorder?.Add(name, "string", isRequired) is { } schema)
            schema["format"] = "date-time";
        var text = ReadWord(name, isRequired);
        if (text is null)
            return null;
        if (InstantText.TryParse(text, out var instant))
            return instant;
        Refuse(name, $"{_path}{name} {InstantText.Rule}");
        return null;
    }

    public FieldReader? Object(string name)
    {
        var inner = _recorder?.AddObject(name, isRequired: false);
        if (!TryGet(name, false, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new FieldReader(value, $"{_path}{name}.", Top, inner)
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
        var inner = _recorder?.AddObject(name, isRequired, countMax);
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
            readers.Add(new FieldReader(entry, $"{_path}{name}[{readers.Count}].", Top, inner));
        }
        return readers;
    }

    private FieldReader Top => _parent ?? this;

    // The smallest and the largest amount depend on the currency, which another field names: these are the limits of all currencies together.
    private static void RecordAmount(JsonObject schema, long minorMin, long minorMax)
    {
        schema[minorMin > 0 ? "exclusiveMinimum" : "minimum"] = minorMin > 0 ? 0 : minorMin;
        schema["maximum"] = minorMax;
        schema["description"] = "In major units, with no more decimals than the currency has.";
    }

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

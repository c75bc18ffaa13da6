using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Payments.Sandbox;

/// <summary>
/// Form-encoded parameters in Stripe's notation: <c>a=1&amp;metadata[k]=v&amp;expand[]=x</c>. Whatever is malformed is
/// refused with Stripe's error.
/// </summary>
internal sealed class StripeForm
{
    private const int MaxPairs = 1_000;
    private const int MaxMetadataKeys = 50;
    private const int MaxMetadataKeyLength = 40;
    private const int MaxMetadataValueLength = 500;
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    /// <exception cref="StripeRefusal">The text is no form.</exception>
    public static StripeForm Parse(ReadOnlySpan<byte> encoded)
    {
        var form = new StripeForm();
        while (!encoded.IsEmpty)
        {
            var end = encoded.IndexOf((byte)'&');
            var pair = end < 0 ? encoded : encoded[..end];
            encoded = end < 0 ? [] : encoded[(end + 1)..];
            if (pair.IsEmpty)
                continue;
            if (form._pairs.Count == MaxPairs)
                throw Refuse($"Too many parameters: at most {MaxPairs} are accepted.");
            var equals = pair.IndexOf((byte)'=');
            var key = Decode(equals < 0 ? pair : pair[..equals]);
            if (key.Length == 0 || key[0] == '[')
                throw Refuse("Invalid request: a parameter has no name.");
            form._pairs.Add(new(key, equals < 0 ? "" : Decode(pair[(equals + 1)..])));
        }
        return form;
    }

    /// <summary>The value of a scalar, null when absent or empty; the last wins.</summary>
    public string? Text(string name)
    {
        string? found = null;
        foreach (var (key, value) in _pairs)
        {
            if (key == name)
                found = value;
            else if (key.StartsWith(name, StringComparison.Ordinal) && key[name.Length] == '[')
                throw Refuse($"Invalid string: {name} is no object", name);
        }
        return string.IsNullOrEmpty(found) ? null : found;
    }

    public string Required(string name) =>
        Text(name) ?? throw Refuse($"Missing required param: {name}.", name, "parameter_missing");

    public long? Integer(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse($"Invalid integer: {text}", name, "parameter_invalid_integer");
    }

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw Refuse($"Invalid boolean: {other}", name),
    };

    public string? OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } text)
            return null;
        return allowed.Contains(text) ? text : throw Refuse($"Invalid {name}: must be one of {string.Join(", ", allowed!)}", name);
    }

    /// <summary>Values of <c>name[]</c> or <c>name[0]</c>.</summary>
    public List<string> List(string name)
    {
        var found = new List<string>();
        foreach (var (key, value) in _pairs)
        {
            if (key == name)
                throw Refuse("Invalid array", name);
            if (Inner(key, name) is not null)
                found.Add(value);
        }
        return found;
    }

    /// <summary>Value of <c>name[inner]</c>.</summary>
    public string? Inside(string name, string inner)
    {
        foreach (var (key, value) in _pairs)
        {
            if (Inner(key, name) == inner)
                return value;
        }
        return null;
    }

    /// <summary>Metadata as given; an empty value means: remove the key.</summary>
    public Dictionary<string, string> Metadata()
    {
        var found = new Dictionary<string, string>();
        foreach (var (key, value) in _pairs)
        {
            // metadata= alone clears it all, which for a new object is nothing.
            if (key == "metadata" && value.Length > 0)
                throw Refuse("Invalid object", "metadata");
            if (Inner(key, "metadata") is not { } name)
                continue;
            if (name.Length is 0 or > MaxMetadataKeyLength || name.Contains('['))
                throw Refuse($"Metadata keys have 1 to {MaxMetadataKeyLength} characters and no square brackets.", "metadata");
            if (value.Length > MaxMetadataValueLength)
                throw Refuse($"Metadata values have up to {MaxMetadataValueLength} characters.", $"metadata[{name}]");
            found[name] = value;
        }
        return found.Count <= MaxMetadataKeys ? found : throw Refuse($"Metadata has up to {MaxMetadataKeys} keys.", "metadata");
    }

    /// <summary>Refuses whatever is no parameter of the operation, as Stripe does.</summary>
    public void AllowOnly(FrozenSet<string> roots)
    {
        foreach (var (key, _) in _pairs)
        {
            var bracket = key.IndexOf('[');
            var root = bracket < 0 ? key : key[..bracket];
            if (!roots.Contains(root))
                throw Refuse($"Received unknown parameter: {root}", root, "parameter_unknown");
        }
    }

    public static StripeRefusal Refuse(string message, string? param = null, string? code = null) =>
        new(StripeResult.Invalid(message, param, code));

    private static string? Inner(string key, string name) =>
        key.Length > name.Length + 1 && key[name.Length] == '[' && key[^1] == ']' && key.StartsWith(name, StringComparison.Ordinal)
            ? key[(name.Length + 1)..^1]
            : null;

    private static int Digit(byte hex) => (hex & 0xF) + (hex > '9' ? 9 : 0);

    private static string Decode(ReadOnlySpan<byte> encoded)
    {
        Span<byte> bytes = encoded.Length <= 512 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var current = encoded[i];
            if (current == '+')
                current = (byte)' ';
            else if (current == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                    throw Refuse("Invalid request: a percent sign is followed by no two hexadecimal digits.");
                current = (byte)((Digit(encoded[i + 1]) << 4) | Digit(encoded[i + 2]));
                i += 2;
            }
            bytes[length++] = current;
        }
        try
        {
            return s_strictUtf8.GetString(bytes[..length]);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("Invalid request: the parameters are not UTF-8.");
        }
    }
}

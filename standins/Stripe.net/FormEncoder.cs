using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Encodes parameters as Stripe reads them: nesting in square brackets, lists with indexes, instants in Unix seconds.</summary>
internal static class FormEncoder
{
    /// <summary>The parameters in the order in which their class declares them, those of a base class last.</summary>
    public static string Encode(BaseOptions options) =>
        string.Join('&', Flatten(options, "").Select(pair => $"{Escape(pair.Key)}={Escape(pair.Value)}"));

    private static IEnumerable<KeyValuePair<string, string>> Flatten(object? value, string name) => value switch
    {
        null => [new(name, "")],
        IAnyOf anyOf => anyOf.Value is null ? [] : Flatten(anyOf.Value, name),
        INestedOptions options => FlattenOptions(options, name),
        IDictionary dictionary => dictionary.Keys.Cast<string>().SelectMany(key => Flatten(dictionary[key], Nest(name, key))),
        string text => [new(name, text)],
        IEnumerable list => FlattenList(list, name),
        DateTime instant => [new(name, new DateTimeOffset(instant).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))],
        bool flag => [new(name, flag ? "true" : "false")],
        _ => [new(name, Convert.ToString(value, CultureInfo.InvariantCulture)!)],
    };

    private static IEnumerable<KeyValuePair<string, string>> FlattenOptions(INestedOptions options, string name)
    {
        foreach (var property in options.GetType().GetRuntimeProperties())
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is not { Name: var key })
                continue;

            var value = property.GetValue(options);
            if (value is null && !(options is BaseOptions tracking && tracking.WasSet(property.Name)))
                continue;
            foreach (var pair in Flatten(value, Nest(name, key)))
                yield return pair;
        }
    }

    private static List<KeyValuePair<string, string>> FlattenList(IEnumerable list, string name)
    {
        var pairs = list.Cast<object?>().SelectMany((item, index) => Flatten(item, $"{name}[{index}]")).ToList();

        // A form cannot spell an empty list: an empty value stands for it.
        return pairs.Count > 0 ? pairs : [new(name, "")];
    }

    private static string Nest(string outer, string key)
    {
        if (outer.Length == 0)
            return key;
        var bracket = key.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0 ? $"{outer}[{key}]" : $"{outer}[{key[..bracket]}]{key[bracket..]}";
    }

    private static string Escape(string text) =>
        WebUtility.UrlEncode(text).Replace("%5B", "[", StringComparison.Ordinal).Replace("%5D", "]", StringComparison.Ordinal);
}

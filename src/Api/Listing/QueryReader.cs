using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Listing;

/// <summary>Reads the parameters of a list and keeps the first error, as <see cref="FieldReader"/> does for bodies. Names match exactly. A parameter
/// that nobody asked for is an error: a misspelled filter must not list everything.</summary>
/// <param name="query">The parameters.</param>
/// <param name="recorder">Where to write down what is asked for, or null.</param>
internal sealed class QueryReader(IQueryCollection query, SchemaRecorder? recorder = null)
{
    private readonly List<string> _asked = [];
    private FieldError? _error;

    /// <summary>The first error, once everything has been asked for.</summary>
    public FieldError? End()
    {
        foreach (var (name, values) in query)
        {
            if (!_asked.Contains(name))
                Refuse(name, "Query parameter is not known");
            else if (values.Count != 1)
                Refuse(name, $"{name} must be given once");
        }
        return _error;
    }

    /// <summary>A string of limited length.</summary>
    public string? Text(string name, int lengthMax)
    {
        if (Record(name, "string") is { } schema)
            (schema["minLength"], schema["maxLength"]) = (1, lengthMax);
        var text = Find(name);
        if (text is { Length: 0 } || text?.Length > lengthMax)
            Refuse(name, $"{name} must have 1 to {lengthMax} characters");
        return text;
    }

    /// <summary>A string out of a few.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="values">The few.</param>
    /// <param name="reason">What to say about any other, or null for a sentence that lists them.</param>
    public string? OneOf(string name, IReadOnlyList<string> values, string? reason = null)
    {
        if (Record(name, "string") is { } schema)
            StringSchema.OneOf(schema, values);
        var text = Find(name);
        if (text is null || values.Contains(text))
            return text;
        Refuse(name, reason ?? $"{name} must be one of {string.Join(", ", values)}");
        return null;
    }

    public int? Integer(string name, int min, int max, int byDefault)
    {
        if (Record(name, "integer") is { } schema)
            (schema["minimum"], schema["maximum"], schema["default"]) = (min, max, byDefault);
        var text = Find(name);
        if (text is null)
            return byDefault;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"{name} must be an integer from {min} to {max}");
        return null;
    }

    /// <summary>Both ends of a period, the first included and the second not.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Period(string fromName, string toName)
    {
        var from = Instant(fromName, "Created at this instant or later.");
        var to = Instant(toName, "Created before this instant.");
        if (from > to)
            Refuse(fromName, $"{fromName} must not be after {toName}");
        return (from, to);
    }

    /// <summary>Where a list goes on.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="cursors">The list's kind of cursor.</param>
    public ListPosition? Cursor(string name, ListCursor cursors)
    {
        if (Record(name, "string") is { } schema)
        {
            (schema["minLength"], schema["maxLength"]) = (1, cursors.LengthMax);
            schema["description"] = "Where the list goes on: what the page before gave as the next one.";
        }
        var text = Find(name);
        if (text is null)
            return null;
        if (cursors.TryParse(text, out var position))
            return position;
        Refuse(name, $"{name} is not one that a list has returned");
        return null;
    }

    private DateTimeOffset? Instant(string name, string description)
    {
        if (Record(name, "string") is { } schema)
            (schema["format"], schema["description"]) = ("date-time", description);
        var text = Find(name);
        if (text is null)
            return null;

        // An offset's plus that the caller did not encode has become a space.
        if (InstantText.TryParse(text.Replace(' ', '+'), out var instant))
            return instant;
        Refuse(name, $"{name} {InstantText.Rule}");
        return null;
    }

    private JsonObject? Record(string name, string type) => recorder?.Add(name, type, isRequired: true);

    private string? Find(string name)
    {
        _asked.Add(name);
        return query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] ?? "" : null;
    }

    private void Refuse(string name, string reason) => _error ??= new FieldError(name, reason);
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.Listing;

/// <summary>Reads the parameters of a list and keeps the first error, as <see cref="FieldReader"/> does for bodies. A parameter that nobody knows is an
/// error: a misspelled filter must not list everything.</summary>
internal sealed class QueryReader
{
    private readonly IQueryCollection _query;

    public QueryReader(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        _query = query;
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name))
                Refuse(name, "Query parameter is not known");
            else if (values.Count != 1)
                Refuse(name, $"{name} must be given once");
        }
    }

    /// <summary>The first error.</summary>
    public FieldError? Error { get; private set; }

    /// <summary>Records an error unless there is one already.</summary>
    public void Refuse(string name, string reason) => Error ??= new FieldError(name, reason);

    /// <summary>A parameter as it is, or null when it is absent.</summary>
    public string? Word(string name) => Error is null && _query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    public string? Text(string name, int lengthMax)
    {
        var text = Word(name);
        if (text is { Length: 0 } || text?.Length > lengthMax)
            Refuse(name, $"{name} must have 1 to {lengthMax} characters");
        return text;
    }

    public int? Integer(string name, int min, int max)
    {
        var text = Word(name);
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"{name} must be an integer from {min} to {max}");
        return null;
    }

    public DateTimeOffset? Instant(string name)
    {
        var text = Word(name);
        if (text is null)
            return null;

        // An offset's plus that the caller did not encode has become a space.
        if (InstantText.TryParse(text.Replace(' ', '+'), out var instant))
            return instant;
        Refuse(name, $"{name} {InstantText.Rule}");
        return null;
    }

    public ListPosition? Cursor(string name)
    {
        var text = Word(name);
        if (text is null)
            return null;
        if (ListCursor.TryParse(text, out var position))
            return position;
        Refuse(name, $"{name} is not one that a list has returned");
        return null;
    }

    /// <summary>Both ends of a period, the first included and the second not.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Period(string fromName, string toName)
    {
        var (from, to) = (Instant(fromName), Instant(toName));
        if (from > to)
            Refuse(fromName, $"{fromName} must not be after {toName}");
        return (from, to);
    }
}

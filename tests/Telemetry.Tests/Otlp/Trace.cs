using System.Text;

namespace Payments.Telemetry.Tests.Otlp;

/// <summary>The spans of one trace.</summary>
public sealed class Trace(IEnumerable<Span> spans)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<Span> Spans { get; } = [.. spans];

    /// <summary>The spans of a name.</summary>
    public IReadOnlyList<Span> Named(string name) => [.. Spans.Where(span => span.Name == name)];

    /// <summary>The only span of a name.</summary>
    public Span One(string name) => Assert.Single(Spans, span => span.Name == name);

    /// <summary>The spans below a span.</summary>
    public IEnumerable<Span> Children(Span parent) => Spans.Where(span => span.ParentId == parent.SpanId);

    /// <summary>The tree, one span per line, indented: name, kind, and what <paramref name="describe"/> adds. Siblings are in the order of their names.</summary>
    public string Draw(Func<Span, string>? describe = null)
    {
        var ids = Spans.Select(static span => span.SpanId).ToHashSet();
        var text = new StringBuilder();
        foreach (var root in Spans.Where(span => !ids.Contains(span.ParentId)))
            Draw(root, 0, describe ?? (static _ => ""), text);
        return text.ToString().TrimEnd();
    }

    private void Draw(Span span, int depth, Func<Span, string> describe, StringBuilder text)
    {
        text.Append(' ', depth * 2).Append(span.Name).Append(" (").Append(span.Kind.ToString().ToLowerInvariant()).Append(')').Append(describe(span)).Append('\n');
        foreach (var child in Children(span).OrderBy(static child => child.Name, StringComparer.Ordinal).ThenBy(static child => child.Kind))
            Draw(child, depth + 1, describe, text);
    }
}

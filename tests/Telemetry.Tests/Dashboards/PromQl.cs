using System.Text.RegularExpressions;

namespace Payments.Telemetry.Tests.Dashboards;

/// <summary>What an expression asks for: as much of PromQL's grammar as its names need.</summary>
/// <param name="Series">Metrics, each with the labels that select from it.</param>
/// <param name="Grouping">Labels of <c>by</c> and its kin.</param>
public sealed partial record PromQl(IReadOnlyList<(string Metric, IReadOnlyList<string> Labels)> Series, IReadOnlyList<string> Grouping)
{
    private static readonly string[] Keywords = ["and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end"];

    /// <summary>Reads one.</summary>
    public static PromQl Parse(string expression)
    {
        var text = Quoted().Replace(expression, "\"\"");
        var grouping = Groupings().Matches(text).SelectMany(static match => Words().Matches(match.Groups["labels"].Value)).Select(static word => word.Value);
        text = Ranges().Replace(Groupings().Replace(text, " "), " ");
        var series = Selectors().Matches(text)
            .Where(match => !Keywords.Contains(match.Groups["metric"].Value.ToLowerInvariant()))
            .Select(static match => (match.Groups["metric"].Value, NamesIn(match.Groups["labels"].Value)));
        return new PromQl([.. series], [.. grouping]);
    }

    private static IReadOnlyList<string> NamesIn(string matchers) => [.. Labels().Matches(matchers).Select(static label => label.Groups[1].Value)];

    [GeneratedRegex("""
        "[^"]*"
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Groupings();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Ranges();

    // A name that a parenthesis follows is a function; one that follows a digit is a unit of time.
    [GeneratedRegex(@"(?<![\w$])(?<metric>[a-zA-Z_:][\w:]*)(?![\w:]*\s*\()(?:\s*\{(?<labels>[^}]*)\})?")]
    private static partial Regex Selectors();

    [GeneratedRegex(@"(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}

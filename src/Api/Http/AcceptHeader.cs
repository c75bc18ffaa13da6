using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Payments.Api.Http;

/// <summary>Reads <c>Accept</c> (RFC 9110 §12.5.1) for the one question that matters here.</summary>
internal static class AcceptHeader
{
    /// <summary>Whether the caller takes JSON. An absent or unreadable header takes everything.</summary>
    public static bool TakesJson(HttpRequest request)
    {
        var values = request.Headers.Accept;
        if (values.Count == 0 || (values.Count == 1 && values[0] is "*/*" or "application/json"))
            return true;
        if (!MediaTypeHeaderValue.TryParseList(values, out var ranges) || ranges.Count == 0)
            return true;

        // The most specific range decides, whatever its place in the list.
        var (bestRank, bestQuality) = (0, 0d);
        foreach (var range in ranges)
        {
            var rank = Rank(range);
            if (rank > bestRank)
                (bestRank, bestQuality) = (rank, range.Quality ?? 1);
        }
        return bestQuality > 0;
    }

    private static int Rank(MediaTypeHeaderValue range)
    {
        if (range.MatchesAllTypes)
            return 1;
        if (!range.Type.Equals("application", StringComparison.OrdinalIgnoreCase))
            return 0;
        if (range.MatchesAllSubTypes)
            return 2;
        return range.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
    }
}

using System.Net.Http.Headers;

namespace Payments.Providers;

/// <summary>Reads the <c>Retry-After</c> header (RFC 9110 §10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>The wait it asks for, a date already turned into one; zero for a date that has passed; null without a readable header.</summary>
    public static TimeSpan? Of(HttpResponseHeaders? headers, TimeProvider time)
    {
        if (headers?.RetryAfter is not { } value)
            return null;
        var wait = value.Delta ?? value.Date - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}

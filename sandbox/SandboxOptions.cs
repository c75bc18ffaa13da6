using System.Globalization;

namespace Payments.Sandbox;

/// <summary>What one sandbox is told at its start; every value has a default that suits a test.</summary>
public sealed record SandboxOptions
{
    /// <summary>Addresses to listen on, separated by <c>;</c>. Port 0 picks a free port.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8090";

    /// <summary>Journal file that makes objects and ledger survive a restart; null keeps everything in memory only.</summary>
    public string? DataFile { get; init; }

    /// <summary>
    /// How many provider objects and received webhooks are kept together; past it every creation is refused with HTTP 500.
    /// </summary>
    public int MaxObjects { get; init; } = 2_000_000;

    /// <summary>How long a bank debit stays <c>processing</c> before it settles by itself; null waits for the control API.</summary>
    public TimeSpan? AchSettlesAfter { get; init; }

    /// <summary>
    /// How long a bank debit in <c>processing</c> can be cancelled; null keeps the window open until it is closed on order.
    /// </summary>
    public TimeSpan? AchCancelWindow { get; init; }

    /// <summary>Life of an uncaptured card hold; afterwards the intent is cancelled with reason <c>automatic</c>.</summary>
    public TimeSpan HoldLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Life of an idempotency key, Stripe's and Klarna's.</summary>
    public TimeSpan IdempotencyLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much older than now an intent must be for the search endpoint to find it; the real index lags, too.</summary>
    public TimeSpan SearchLag { get; init; } = TimeSpan.Zero;

    /// <summary>Life of a Klarna payment request that names none itself.</summary>
    public TimeSpan KlarnaLifetime { get; init; } = TimeSpan.FromHours(3);

    /// <summary>Life of a Klarna in-store session.</summary>
    public TimeSpan KlarnaSessionLifetime { get; init; } = TimeSpan.FromHours(46);

    /// <summary>Whether an expired Klarna payment request answers 404, as the documentation says, instead of <c>EXPIRED</c>.</summary>
    public bool KlarnaForgetsExpired { get; init; }

    /// <summary>Where the providers push their events from the start; the control API can change it.</summary>
    internal IReadOnlyList<EventEndpoint> EventEndpoints { get; init; } = [];

    /// <summary>Seed of generated ids, for runs that must repeat; null draws them at random.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Reads the options from configuration: <c>urls</c>, <c>data</c>, <c>max-objects</c>, <c>ach-settles-after-seconds</c> and
    /// so on.
    /// </summary>
    /// <exception cref="FormatException">A number is not a number.</exception>
    public static SandboxOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var defaults = new SandboxOptions();
        return new SandboxOptions
        {
            Urls = configuration["urls"] ?? defaults.Urls,
            DataFile = configuration["data"],
            MaxObjects = Number(configuration, "max-objects") is { } objects ? (int)objects : defaults.MaxObjects,
            AchSettlesAfter = Seconds(configuration, "ach-settles-after-seconds"),
            AchCancelWindow = Seconds(configuration, "ach-cancel-window-seconds"),
            HoldLifetime = Seconds(configuration, "hold-lifetime-seconds") ?? defaults.HoldLifetime,
            IdempotencyLifetime = Seconds(configuration, "idempotency-lifetime-seconds") ?? defaults.IdempotencyLifetime,
            SearchLag = Seconds(configuration, "search-lag-seconds") ?? defaults.SearchLag,
            KlarnaLifetime = Seconds(configuration, "klarna-lifetime-seconds") ?? defaults.KlarnaLifetime,
            KlarnaSessionLifetime = Seconds(configuration, "klarna-session-lifetime-seconds") ?? defaults.KlarnaSessionLifetime,
            KlarnaForgetsExpired = bool.TryParse(configuration["klarna-forgets-expired"], out var forgets) && forgets,
            EventEndpoints = [.. Endpoints(configuration)],
            Seed = Number(configuration, "seed") is { } seed ? (int)seed : null,
        };
    }

    private static IEnumerable<EventEndpoint> Endpoints(IConfiguration configuration)
    {
        if (configuration["stripe-events-url"] is { } stripe)
        {
            var secrets = configuration["stripe-events-secrets"]?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
            yield return new EventEndpoint(EventEndpoint.Stripe, stripe, secrets, null, EventEndpoint.DefaultRetrySeconds);
        }
        if (configuration["klarna-events-url"] is { } klarna)
        {
            var key = configuration["klarna-events-key"]?.Split('=', 2) ?? [];
            yield return new EventEndpoint(
                EventEndpoint.Klarna, klarna, [.. key.Skip(1)], key.FirstOrDefault(), EventEndpoint.DefaultRetrySeconds);
        }
    }

    private static double? Number(IConfiguration configuration, string name) =>
        configuration[name] is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    private static TimeSpan? Seconds(IConfiguration configuration, string name) =>
        Number(configuration, name) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

using System.Text;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Load;

/// <summary>A request without its way.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Path">Path.</param>
/// <param name="Body">JSON, or null.</param>
/// <param name="Reason">What the audit trail must give as the reason of a cancel.</param>
/// <param name="Key">Its <c>Idempotency-Key</c>, the same on every try, or null.</param>
internal sealed record Ask(CallKind Kind, string Path, string? Body = null, string? Reason = null, string? Key = null);

/// <summary>
/// One client of a merchant at work on one order. It behaves as a merchant behind a reverse proxy: requests go to silos that are ready; what was
/// refused before it was sent goes to the next silo; what had no answer, or a server's error, is repeated after a while until it has a definite answer.
/// </summary>
internal sealed class Caller(Upstreams upstreams, Journal journal, Clock clock, TimeProvider time, Order order, Identity identity, int seed)
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NobodyReadyWait = TimeSpan.FromMilliseconds(100);

    private readonly Random chance = new(seed);

    /// <summary>Asks until there is a definite answer.</summary>
    /// <returns>The answer, or null when patience ended first.</returns>
    public async Task<Attempt?> AskAsync(Ask ask, CancellationToken cancellationToken)
    {
        var end = clock.Now + Patience;
        for (var wait = FirstWait; clock.Now < end;)
        {
            if (upstreams.Pick(chance) is not { } upstream)
            {
                await Task.Delay(NobodyReadyWait, time, cancellationToken);
                continue;
            }

            var attempt = await TryAsync(upstream, ask, cancellationToken);
            if (attempt.IsDefinite)
                return attempt;
            if (attempt.Ending == Ending.NotSent)
            {
                upstreams.MarkRefused(upstream);
                continue;
            }

            await Task.Delay(wait * (0.5 + chance.NextDouble()), time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }

        return null;
    }

    /// <summary>Asks once, if any silo is ready.</summary>
    public async Task AskOnceAsync(Ask ask, CancellationToken cancellationToken)
    {
        if (upstreams.Pick(chance) is { } upstream)
            await TryAsync(upstream, ask, cancellationToken);
    }

    /// <summary>Waits between two questions.</summary>
    public Task PauseAsync(TimeSpan about, CancellationToken cancellationToken) => Task.Delay(about * (0.5 + chance.NextDouble()), time, cancellationToken);

    private async Task<Attempt> TryAsync(Upstream upstream, Ask ask, CancellationToken cancellationToken)
    {
        var request = Render(upstream, ask);
        var sentAt = clock.Now;
        var reply = await upstream.Wire.ExchangeAsync(request, AnswerPatience, cancellationToken);
        var attempt = new Attempt
        {
            Reference = order.Reference,
            Kind = ask.Kind,
            Client = identity.Client,
            Actor = identity.Actor,
            Foreign = identity.IsForeign,
            Reason = ask.Reason,
            Key = ask.Key,
            Silo = upstream.Index,
            SentAt = sentAt,
            EndedAt = clock.Now,
            Ending = reply.Ending,
            Status = reply.Status,
            Body = reply.Text,
        };
        journal.Add(attempt);
        cancellationToken.ThrowIfCancellationRequested();
        return attempt;
    }

    private byte[] Render(Upstream upstream, Ask ask)
    {
        var method = ask.Kind switch { CallKind.Create => "POST", CallKind.Read => "GET", _ => "PATCH" };
        var body = ask.Body is null ? "" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(ask.Body)}\r\n";
        var key = ask.Key is null ? "" : $"Idempotency-Key: {ask.Key}\r\n";
        return Encoding.UTF8.GetBytes($"{method} {ask.Path} HTTP/1.1\r\nHost: {upstream.Uri.Authority}\r\n{identity.Headers}{key}{body}\r\n{ask.Body}");
    }
}

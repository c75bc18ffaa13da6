using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Payments.Grains;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>Runs every call to a payment provider: its deadline, its span, its measurement, and the promise that whatever the provider
/// or the network does becomes a <see cref="ProviderResult{T}"/>.</summary>
internal sealed partial class ProviderCalls
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string TelemetryName = "Payments.Providers";

    private static readonly ActivitySource Source = new(TelemetryName);

    private readonly TimeProvider _time;
    private readonly ILogger<ProviderCalls> _logger;
    private readonly Histogram<double> _duration;

    public ProviderCalls(TimeProvider time, IMeterFactory meters, ILogger<ProviderCalls> logger)
    {
        _time = time;
        _logger = logger;
        _duration = meters.Create(TelemetryName).CreateHistogram(
            "payments.provider.call.duration",
            unit: "s",
            description: "How long calls to payment providers take.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30] });
    }

    /// <summary>Runs one call.</summary>
    /// <param name="operation">What is done at which provider, and to what.</param>
    /// <param name="deadline">How long the whole call may take; without time left nothing is sent.</param>
    /// <param name="call">The call. Maps the answers it gets; does not catch what prevents one.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public async Task<ProviderResult<T>> RunAsync<T>(
        ProviderOperation operation,
        TimeSpan deadline,
        Func<CancellationToken, Task<ProviderResult<T>>> call,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = Source.StartActivity($"{operation.Provider} {operation.Name}", ActivityKind.Client);
        Describe(operation, activity);
        var began = _time.GetTimestamp();
        ProviderResult<T>? result = null;
        try
        {
            result = await GuardAsync(deadline, call, cancellationToken);
            return result;
        }
        finally
        {
            Record(operation, result, began, activity);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "An answer that breaks a decoder leaves the outcome unknown, as a lost one does.")]
    private async Task<ProviderResult<T>> GuardAsync<T>(
        TimeSpan deadline,
        Func<CancellationToken, Task<ProviderResult<T>>> call,
        CancellationToken cancellationToken)
    {
        if (deadline <= TimeSpan.Zero)
            return Unknown<T>(ProviderUncertainty.NotSent, "no time left");

        using var expiry = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Unknown<T>(ProviderUncertainty.Timeout, $"no answer within {deadline.TotalMilliseconds:0} ms");
        }
        catch (HttpRequestException exception)
        {
            var failure = TransportFailures.Classify(exception);
            var cause = failure == TransportFailure.ConnectionLost ? ProviderUncertainty.ConnectionLost : ProviderUncertainty.NotSent;
            return Unknown<T>(cause, failure.ToWord());
        }
        catch (Exception exception)
        {
            return Unknown<T>(ProviderUncertainty.ConnectionLost, $"the answer could not be read ({exception.GetType().Name})");
        }
    }

    private static void Describe(ProviderOperation operation, Activity? activity)
    {
        if (activity is not { IsAllDataRequested: true })
            return;
        activity.SetTag("payments.provider", operation.Provider);
        activity.SetTag("payments.operation", operation.Name);
        activity.SetTag(operation.SubjectTag, operation.Subject);

        // Which try it is, only the grain knows: it has said so on the span of its turn.
        if (activity.Parent?.GetTagItem(PaymentInstruments.AttemptTag) is { } attempt)
            activity.SetTag(PaymentInstruments.AttemptTag, attempt);
    }

    private void Record<T>(ProviderOperation operation, ProviderResult<T>? result, long began, Activity? activity)
    {
        var (outcome, cause) = result switch
        {
            ProviderResult<T>.Success => ("success", null),
            ProviderResult<T>.Refused => ("refused", null),
            ProviderResult<T>.Unknown unknown => ("unknown", ToWord(unknown.Cause)),
            _ => ("abandoned", null),
        };
        var tags = new TagList { { "provider", operation.Provider }, { "operation", operation.Name }, { "outcome", outcome } };
        if (cause is not null)
            tags.Add("cause", cause);
        _duration.Record(_time.GetElapsedTime(began).TotalSeconds, tags);

        activity?.SetTag(PaymentInstruments.OutcomeTag, outcome);
        if (result is ProviderResult<T>.Refused refused)
            activity?.SetTag("payments.refusal.code", refused.Code);
        if (result is ProviderResult<T>.Unknown lost)
            RecordUnknown(operation, lost.Cause, lost.Detail, activity);
    }

    private void RecordUnknown(ProviderOperation operation, ProviderUncertainty cause, string detail, Activity? activity)
    {
        activity?.SetTag("error.type", ToWord(cause));
        activity?.SetStatus(ActivityStatusCode.Error, ToWord(cause));
        LogUnknown(
            cause == ProviderUncertainty.Misconfigured ? LogLevel.Error : LogLevel.Warning,
            operation.Provider,
            operation.Name,
            operation.Subject,
            cause,
            detail);
    }

    private static ProviderResult<T>.Unknown Unknown<T>(ProviderUncertainty cause, string detail) => new(cause, detail);

    private static string ToWord(ProviderUncertainty cause) => cause switch
    {
        ProviderUncertainty.Timeout => "timeout",
        ProviderUncertainty.ConnectionLost => "connection_lost",
        ProviderUncertainty.NotSent => "not_sent",
        ProviderUncertainty.ServerError => "server_error",
        ProviderUncertainty.RateLimited => "rate_limited",
        ProviderUncertainty.KeyInUse => "key_in_use",
        ProviderUncertainty.Misconfigured => "misconfigured",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Not a cause."),
    };

    [LoggerMessage(Message = "{Provider} {Operation} of {Subject}: outcome unknown, {Cause}: {Detail}")]
    private partial void LogUnknown(
        LogLevel level,
        string provider,
        string operation,
        string subject,
        ProviderUncertainty cause,
        string detail);
}

/// <summary>What a call does, for telemetry.</summary>
/// <param name="Provider">Provider name, lower case.</param>
/// <param name="Name">For instance <c>cancel</c>.</param>
/// <param name="SubjectTag">What <paramref name="Subject"/> identifies, as a span tag: <c>payment.id</c>, or the provider's object.</param>
/// <param name="Subject">Its id.</param>
internal readonly record struct ProviderOperation(string Provider, string Name, string SubjectTag, string Subject);

using System.Globalization;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;
using Stripe;

namespace Payments.Providers;

/// <summary>PaymentIntents and refunds through Stripe.net. Its retries are off and its keys are ours: what is tried again, when and under
/// which key is the grain's decision, made durable before the call.</summary>
internal sealed class StripePaymentIntents : IPaymentIntents, IProviderObjects, IDisposable
{
    private const string Provider = "stripe";
    private const string PaymentTag = "payment.id";
    private const string IntentTag = "stripe.payment_intent.id";
    private const string RefundTag = "stripe.refund.id";

    // A page of 100 intents, each with as much metadata as Stripe allows.
    private const int AnswerBytesMax = 8 * 1024 * 1024;

    private readonly ProviderCalls _calls;
    private readonly TimeProvider _time;
    private readonly StripeOptions _options;
    private readonly HttpClient _http;
    private readonly PaymentIntentService _intents;
    private readonly RefundService _refunds;

    public StripePaymentIntents(IOptions<StripeOptions> options, ProviderCalls calls, TimeProvider time)
    {
        _calls = calls;
        _time = time;
        _options = options.Value;
        var handler = OutboundHttp.CreateHandler(_options.MaxConnections, _options.ConnectionLifetime, _options.SendTraceContext);
        _http = OutboundHttp.CreateClient(handler, AnswerBytesMax);
        var client = new StripeClient(new StripeClientOptions
        {
            ApiKey = _options.ApiKey,

            // Stripe.net appends paths that begin with a slash.
            ApiBase = _options.ApiBase.TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false),
        });
        _intents = new PaymentIntentService(client);
        _refunds = new RefundService(client);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<PaymentIntentSnapshot>> CreateAsync(
        NewPaymentIntent intent,
        ProviderCall call,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var form = StripeForms.Create(intent, _options.ReturnUrl);
        return RunIntentAsync(
            new ProviderOperation(Provider, "create", PaymentTag, Text(intent.PaymentId)),
            call.Deadline,
            async token => StripeSnapshots.Answer(await _intents.CreateAsync(form, Keyed(call), token), expectedId: null),
            exception => StripeFailures.OfIntent(exception, expectedId: null, _time),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<PaymentIntentSnapshot>> RetrieveAsync(string intentId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(intentId);
        return RunIntentAsync(
            new ProviderOperation(Provider, "retrieve", IntentTag, intentId),
            deadline,
            async token => StripeSnapshots.Answer(await _intents.GetAsync(intentId, cancellationToken: token), intentId),
            exception => StripeFailures.OfIntent(exception, intentId, _time),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(
        string intentId,
        CancellationReason reason,
        ProviderCall call,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(intentId);
        var form = StripeForms.Cancel(reason);
        return RunIntentAsync(
            new ProviderOperation(Provider, "cancel", IntentTag, intentId),
            call.Deadline,
            async token => StripeSnapshots.Answer(await _intents.CancelAsync(intentId, form, Keyed(call), token), intentId) switch
            {
                ProviderResult<PaymentIntentSnapshot>.Success { Value.Status: not PaymentIntentStatus.Canceled } other =>
                    StripeSnapshots.Unreadable<PaymentIntentSnapshot>($"cancelled, yet {other.Value.Status}"),
                var result => result,
            },
            exception => StripeFailures.OfCancel(exception, intentId, _time),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<PaymentIntentSnapshot>> CaptureAsync(
        string intentId,
        long amountMinor,
        ProviderCall call,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(intentId);
        var form = new PaymentIntentCaptureOptions { AmountToCapture = amountMinor };
        return RunIntentAsync(
            new ProviderOperation(Provider, "capture", IntentTag, intentId),
            call.Deadline,
            async token => StripeSnapshots.Answer(await _intents.CaptureAsync(intentId, form, Keyed(call), token), intentId),
            exception => StripeFailures.OfChange(exception, intentId, _time),
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>By list and not by Stripe's search: search lags behind by up to a minute and more, so that it cannot say "certainly none";
    /// the list is read-after-write. A search that meets <see cref="StripeOptions.SearchLimit"/> first ends as a timeout.</remarks>
    public Task<ProviderResult<PaymentIntentSnapshot?>> FindAsync(
        Guid ownerId,
        string? customer,
        DateTimeOffset createdSince,
        TimeSpan deadline,
        CancellationToken cancellationToken) =>
        _calls.RunAsync(
            new ProviderOperation(Provider, "find", PaymentTag, Text(ownerId)),
            deadline,
            token => FindFirstAsync<PaymentIntent, PaymentIntentSnapshot>(
                _intents.ListAutoPagingAsync(StripeForms.ListSince(createdSince, customer), cancellationToken: token),
                intent => StripeForms.IsOf(ownerId, intent.Metadata),
                intent => StripeSnapshots.Answer(intent, expectedId: null)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<ProviderResult<RefundSnapshot>> RefundAsync(NewRefund refund, ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refund);
        var form = StripeForms.Refund(refund);
        return RunRefundAsync(
            new ProviderOperation(Provider, "refund", PaymentTag, Text(refund.PaymentId)),
            call.Deadline,
            async token => StripeSnapshots.Answer(await _refunds.CreateAsync(form, Keyed(call), token), expectedId: null),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<RefundSnapshot>> RetrieveRefundAsync(string refundId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(refundId);
        return RunRefundAsync(
            new ProviderOperation(Provider, "retrieve_refund", RefundTag, refundId),
            deadline,
            async token => StripeSnapshots.Answer(await _refunds.GetAsync(refundId, cancellationToken: token), refundId),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<RefundSnapshot?>> FindRefundAsync(
        string intentId,
        Guid ownerId,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(intentId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "find_refund", PaymentTag, Text(ownerId)),
            deadline,
            token => FindFirstAsync<Refund, RefundSnapshot>(
                _refunds.ListAutoPagingAsync(StripeForms.ListRefunds(intentId), cancellationToken: token),
                refund => StripeForms.IsOf(ownerId, refund.Metadata) && !StripeForms.IsRequested(refund.Metadata) && refund.Status is not ("failed" or "canceled"),
                refund => StripeSnapshots.Answer(refund, expectedId: null)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<RefundSnapshot?>> FindRequestedRefundAsync(
        string intentId,
        Guid refundId,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(intentId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "find_refund", IntentTag, intentId),
            deadline,
            token => FindFirstAsync<Refund, RefundSnapshot>(
                _refunds.ListAutoPagingAsync(StripeForms.ListRefunds(intentId), cancellationToken: token),
                refund => StripeForms.IsRefund(refundId, refund.Metadata),
                refund => StripeSnapshots.Answer(refund, expectedId: null)),
            cancellationToken);
    }

    /// <inheritdoc/>
    string IProviderObjects.Provider => ProviderNames.Stripe;

    /// <inheritdoc/>
    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(objectId);
        return _calls.RunAsync(
            new ProviderOperation(Provider, "find_owner", IntentTag, objectId),
            deadline,
            token => CatchAsync<string?>(
                async () =>
                {
                    var intent = await _intents.GetAsync(objectId, cancellationToken: token);
                    return new ProviderResult<string?>.Success(intent.Metadata?.GetValueOrDefault(StripeForms.PaymentIdKey));
                },
                exception => StripeFailures.Of<string?>(exception, current: null, _time)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static RequestOptions Keyed(ProviderCall call)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(call.IdempotencyKey);
        return new RequestOptions { IdempotencyKey = call.IdempotencyKey };
    }

    private static string Text(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    private Task<ProviderResult<PaymentIntentSnapshot>> RunIntentAsync(
        ProviderOperation operation,
        TimeSpan deadline,
        Func<CancellationToken, Task<ProviderResult<PaymentIntentSnapshot>>> call,
        Func<StripeException, ProviderResult<PaymentIntentSnapshot>> onError,
        CancellationToken cancellationToken) =>
        _calls.RunAsync(operation, deadline, token => CatchAsync(() => call(token), onError), cancellationToken);

    private Task<ProviderResult<RefundSnapshot>> RunRefundAsync(
        ProviderOperation operation,
        TimeSpan deadline,
        Func<CancellationToken, Task<ProviderResult<RefundSnapshot>>> call,
        CancellationToken cancellationToken) =>
        _calls.RunAsync(
            operation,
            deadline,
            token => CatchAsync(() => call(token), exception => StripeFailures.Of<RefundSnapshot>(exception, current: null, _time)),
            cancellationToken);

    private static async Task<ProviderResult<T>> CatchAsync<T>(
        Func<Task<ProviderResult<T>>> call,
        Func<StripeException, ProviderResult<T>> onError)
    {
        try
        {
            return await call();
        }
        catch (StripeException exception)
        {
            return onError(exception);
        }
    }

    private Task<ProviderResult<TSnapshot?>> FindFirstAsync<TObject, TSnapshot>(
        IAsyncEnumerable<TObject> list,
        Func<TObject, bool> isOurs,
        Func<TObject, ProviderResult<TSnapshot>> read)
        where TSnapshot : class =>
        CatchAsync<TSnapshot?>(
            async () =>
            {
                var seen = 0;
                await foreach (var item in list)
                {
                    if (seen++ == _options.SearchLimit)
                        return new ProviderResult<TSnapshot?>.Unknown(
                            ProviderUncertainty.Timeout,
                            $"not among the newest {_options.SearchLimit}");
                    if (isOurs(item))
                        return Widen(read(item));
                }

                return new ProviderResult<TSnapshot?>.Success(null);
            },
            exception => StripeFailures.Of<TSnapshot?>(exception, current: null, _time));

    // One and the same type at run time; the compiler's nullability asks for the words.
    private static ProviderResult<T?> Widen<T>(ProviderResult<T> result)
        where T : class => (ProviderResult<T?>)(object)result;
}

using System.Net;

namespace Stripe;

/// <summary><c>/v1/payment_intents</c>.</summary>
public class PaymentIntentService(IStripeClient client) : Service(client)
{
    /// <summary><c>POST …/{id}/cancel</c>.</summary>
    public virtual Task<PaymentIntent> CancelAsync(
        string id,
        PaymentIntentCancelOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PostAsync<PaymentIntent>($"/v1/payment_intents/{WebUtility.UrlEncode(id)}/cancel", options, requestOptions, cancellationToken);

    /// <summary><c>POST …/{id}/capture</c>.</summary>
    public virtual Task<PaymentIntent> CaptureAsync(
        string id,
        PaymentIntentCaptureOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PostAsync<PaymentIntent>($"/v1/payment_intents/{WebUtility.UrlEncode(id)}/capture", options, requestOptions, cancellationToken);

    /// <summary><c>POST</c>.</summary>
    public virtual Task<PaymentIntent> CreateAsync(
        PaymentIntentCreateOptions options,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PostAsync<PaymentIntent>("/v1/payment_intents", options, requestOptions, cancellationToken);

    /// <summary><c>GET …/{id}</c>.</summary>
    public virtual Task<PaymentIntent> GetAsync(
        string id,
        PaymentIntentGetOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        GetAsync<PaymentIntent>($"/v1/payment_intents/{WebUtility.UrlEncode(id)}", options, requestOptions, cancellationToken);

    /// <summary>Every item of the list, newest first, page after page.</summary>
    public virtual IAsyncEnumerable<PaymentIntent> ListAutoPagingAsync(
        PaymentIntentListOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PageAsync<PaymentIntent>("/v1/payment_intents", options, requestOptions, cancellationToken);
}

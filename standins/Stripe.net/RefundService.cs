using System.Net;

namespace Stripe;

/// <summary><c>/v1/refunds</c>.</summary>
public class RefundService(IStripeClient client) : Service(client)
{
    /// <summary><c>POST</c>.</summary>
    public virtual Task<Refund> CreateAsync(
        RefundCreateOptions options,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PostAsync<Refund>("/v1/refunds", options, requestOptions, cancellationToken);

    /// <summary><c>GET …/{id}</c>.</summary>
    public virtual Task<Refund> GetAsync(
        string id,
        RefundGetOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        GetAsync<Refund>($"/v1/refunds/{WebUtility.UrlEncode(id)}", options, requestOptions, cancellationToken);

    /// <summary>Every item of the list, newest first, page after page.</summary>
    public virtual IAsyncEnumerable<Refund> ListAutoPagingAsync(
        RefundListOptions? options = null,
        RequestOptions? requestOptions = null,
        CancellationToken cancellationToken = default) =>
        PageAsync<Refund>("/v1/refunds", options, requestOptions, cancellationToken);
}

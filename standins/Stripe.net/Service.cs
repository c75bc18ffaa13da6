using System.Runtime.CompilerServices;

namespace Stripe;

/// <summary>One resource of the API.</summary>
public abstract class Service
{
    private readonly IStripeClient _client;

    /// <summary>A resource as <paramref name="client"/> sees it.</summary>
    protected Service(IStripeClient client) => _client = client;

    private protected Task<T> GetAsync<T>(
        string path,
        BaseOptions? options,
        RequestOptions? requestOptions,
        CancellationToken cancellationToken)
        where T : IStripeEntity => _client.RequestAsync<T>(HttpMethod.Get, path, options, requestOptions, cancellationToken);

    private protected Task<T> PostAsync<T>(
        string path,
        BaseOptions? options,
        RequestOptions? requestOptions,
        CancellationToken cancellationToken)
        where T : IStripeEntity => _client.RequestAsync<T>(HttpMethod.Post, path, options, requestOptions, cancellationToken);

    private protected async IAsyncEnumerable<T> PageAsync<T>(
        string path,
        ListOptions? options,
        RequestOptions? requestOptions,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IStripeEntity, IHasId
    {
        // The caller's object keeps its own starting point, so that it can be listed again.
        options = (ListOptions?)options?.Clone() ?? new ListOptions();
        while (true)
        {
            var page = await GetAsync<StripeList<T>>(path, options, requestOptions, cancellationToken);
            string? last = null;
            foreach (var item in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (item is null)
                    continue;
                last = item.Id;
                yield return item;
            }

            if (!page.HasMore || string.IsNullOrEmpty(last))
                yield break;
            options.StartingAfter = last;
        }
    }
}

using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Stripe;

/// <summary>Sends requests with <see cref="System.Net.Http.HttpClient"/>, and again when the answer invites it.</summary>
public class SystemNetHttpClient : IHttpClient
{
    /// <summary>How often a request is repeated unless told otherwise.</summary>
    public const int DefaultMaxNumberRetries = 2;

    private const string BindingsVersion = "52.2.0";

    private static readonly Lazy<HttpClient> DefaultClient = new(() => new HttpClient { Timeout = DefaultHttpTimeout });

    private readonly HttpClient _client;
    private readonly string _clientUserAgent;

    /// <summary>A transport.</summary>
    /// <param name="httpClient">Null for a shared one with a timeout of 80 seconds.</param>
    /// <param name="maxNetworkRetries">0 to send every request once.</param>
    /// <param name="enableTelemetry">Whether the platform is named in <c>X-Stripe-Client-User-Agent</c>.</param>
    public SystemNetHttpClient(
        HttpClient? httpClient = null,
        int maxNetworkRetries = DefaultMaxNumberRetries,
        bool enableTelemetry = true)
    {
        _client = httpClient ?? DefaultClient.Value;
        MaxNetworkRetries = maxNetworkRetries;
        EnableTelemetry = enableTelemetry;

        var values = new Dictionary<string, string>
        {
            ["bindings_version"] = BindingsVersion,
            ["lang"] = ".net",
            ["lang_version"] = RuntimeInformation.FrameworkDescription,
        };
        if (enableTelemetry)
            values["platform"] = $"{Environment.OSVersion} {RuntimeInformation.ProcessArchitecture}";
        _clientUserAgent = JsonSerializer.Serialize(values);
    }

    /// <summary>Timeout of the shared <see cref="System.Net.Http.HttpClient"/>.</summary>
    public static TimeSpan DefaultHttpTimeout => TimeSpan.FromSeconds(80);

    /// <summary>Longest wait between two tries.</summary>
    public static TimeSpan MaxNetworkRetriesDelay => TimeSpan.FromSeconds(5);

    /// <summary>Shortest wait between two tries.</summary>
    public static TimeSpan MinNetworkRetriesDelay => TimeSpan.FromMilliseconds(500);

    /// <summary>See the constructor.</summary>
    public bool EnableTelemetry { get; }

    /// <summary>See the constructor.</summary>
    public int MaxNetworkRetries { get; }

    /// <inheritdoc/>
    public async Task<StripeResponse> MakeRequestAsync(StripeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var retry = 0; ; retry++)
        {
            HttpResponseMessage? response = null;
            try
            {
                using var message = BuildMessage(request);
                response = await _client.SendAsync(message, cancellationToken);
            }
            catch (HttpRequestException) when (retry < MaxNetworkRetries)
            {
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && retry < MaxNetworkRetries)
            {
            }

            if (response is not null && (retry >= MaxNetworkRetries || !InvitesRetry(response)))
            {
                using (response)
                {
                    var body = await response.Content.ReadAsStringAsync(cancellationToken);
                    return new StripeResponse(response.StatusCode, response.Headers, body);
                }
            }

            response?.Dispose();
            await Task.Delay(DelayBefore(retry + 1), cancellationToken);
        }
    }

    private static bool InvitesRetry(HttpResponseMessage response)
    {
        // Stripe's own advice goes before any rule of thumb.
        if (response.Headers.TryGetValues("Stripe-Should-Retry", out var advice))
        {
            switch (advice.First())
            {
                case "true":
                    return true;
                case "false":
                    return false;
            }
        }

        return response.StatusCode == HttpStatusCode.Conflict || (int)response.StatusCode >= 500;
    }

    private static TimeSpan DelayBefore(int retry)
    {
        var exponential = MinNetworkRetriesDelay * Math.Pow(2, retry - 1);
        var capped = exponential < MaxNetworkRetriesDelay ? exponential : MaxNetworkRetriesDelay;
        var jittered = capped * (0.75 + (Random.Shared.NextDouble() / 4));
        return jittered > MinNetworkRetriesDelay ? jittered : MinNetworkRetriesDelay;
    }

    private HttpRequestMessage BuildMessage(StripeRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri) { Content = request.Content };
        message.Headers.TryAddWithoutValidation("User-Agent", $"Stripe/v1 .NetBindings/{BindingsVersion}");
        message.Headers.Authorization = request.AuthorizationHeader;
        message.Headers.Add("X-Stripe-Client-User-Agent", _clientUserAgent);
        foreach (var (name, value) in request.StripeHeaders)
            message.Headers.Add(name, value);
        return message;
    }
}

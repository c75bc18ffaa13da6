using System.Globalization;
using Payments.Grains.Ports;

namespace Payments.CrashHost;

/// <summary>Klarna behind the crash points: right before a call leaves, and right after its answer has arrived.</summary>
internal sealed class CrashingKlarna(IKlarnaPaymentRequests inner, CrashPoints points) : IKlarnaPaymentRequests
{
    public KlarnaProduct Product => inner.Product;

    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken) =>
        PassAsync("create", request.PaymentRequestId.ToString(CultureInfo.InvariantCulture), () => inner.CreateAsync(request, call, cancellationToken));

    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("read", requestId, () => inner.ReadAsync(requestId, deadline, cancellationToken));

    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PassAsync("cancel", requestId, () => inner.CancelAsync(requestId, deadline, cancellationToken));

    private Task<T> PassAsync<T>(string what, string about, Func<Task<T>> call) =>
        points.PassAsync($"klarna {what}", subject => subject == about, call);
}

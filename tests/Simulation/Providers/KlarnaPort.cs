using Payments.Grains.Ports;

namespace Payments.Simulation.Providers;

/// <summary>Klarna as one silo reaches it.</summary>
internal sealed class KlarnaPort(ProviderWire wire, SimulatedKlarna klarna) : IKlarnaPaymentRequests, IProviderObjects
{
    public string Provider => ProviderNames.Klarna;

    public Task<ProviderResult<KlarnaRequestSnapshot>> CreateAsync(NewKlarnaRequest request, ProviderCall call, CancellationToken cancellationToken) =>
        wire.CallAsync("create", call.IdempotencyKey, call.Deadline, () => klarna.Create(request, call.IdempotencyKey));

    public Task<ProviderResult<KlarnaRequestSnapshot>> ReadAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"read {requestId}", null, deadline, () => klarna.Read(requestId));

    public Task<ProviderResult<KlarnaRequestSnapshot>> CancelAsync(string requestId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"cancel {requestId}", null, deadline, () => klarna.Cancel(requestId));

    public Task<ProviderResult<string?>> FindOwnerAsync(string objectId, TimeSpan deadline, CancellationToken cancellationToken) =>
        wire.CallAsync($"find owner of {objectId}", null, deadline, () => klarna.FindOwner(objectId));
}

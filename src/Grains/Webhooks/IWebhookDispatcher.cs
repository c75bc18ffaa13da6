using Orleans.Runtime;

namespace Payments.Grains.Webhooks;

/// <summary>Delivers webhooks outside the turn of the grain that owes them, and tells it through <see cref="IOutboxGrain"/>.</summary>
public interface IWebhookDispatcher
{
    /// <summary>Takes a delivery on. Never waits: what finds no room is dropped here and found again by its due time. A delivery that is
    /// already taken on is not taken twice.</summary>
    void Enqueue(GrainId owner, Guid merchantId, OutboxEntry entry);
}

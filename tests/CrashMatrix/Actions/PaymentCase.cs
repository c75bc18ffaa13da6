using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>An action on a payment of the v2 contract, for a merchant that is told everything.</summary>
/// <param name="deployment">Where.</param>
/// <param name="payment">The payment, which rests in the state that the action begins with.</param>
/// <param name="intentId">Its intent.</param>
public sealed class PaymentCase(Deployment deployment, Payment payment, string intentId) : CrashCase
{
    private IReadOnlyList<string> announcedBefore = [];
    private bool moved;

    /// <summary>Who asks for what.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The state in which it ends.</summary>
    public required string FinalStatus { get; init; }

    /// <summary>What was taken of a pre-authorization in the end, or null.</summary>
    public long? Captured { get; init; }

    /// <summary>The operations that take effect at the provider, each exactly once; no other void, capture or refund does.</summary>
    public required IReadOnlyList<string> Effects { get; init; }

    /// <summary>The bodies that announce the end, in order.</summary>
    public IReadOnlyList<string> Announcements { get; init; } = [];

    /// <summary>The refund that is asked for, when one is.</summary>
    public Guid? RefundId { get; init; }

    /// <summary>What the world does once the caller was answered, or null.</summary>
    public Func<Task>? ThenTheWorld { get; init; }

    /// <summary>The calls whose answers the provider can hold, each with the sandbox's name of it.</summary>
    public IReadOnlyDictionary<string, string> HeldCalls { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc />
    public override IReadOnlyList<string> Subjects =>
        [$"payment/{payment.Id:N}", intentId, $"{payment.Id}", Caller.Row, .. RefundId is { } refund ? (string[])[$"refund/{refund:N}", $"{refund}"] : []];

    /// <inheritdoc />
    public override StoredRow Rest => new("payment", $"{payment.Id:N}", FinalStatus);

    /// <summary>The payment, at rest; what was announced of it until now belongs to its past.</summary>
    public async Task<PaymentCase> BeginAsync()
    {
        announcedBefore = [.. (await deployment.Sandbox.WaitForWebhooksAsync(payment)).DistinctBy(static delivery => delivery.WebhookId).Select(static delivery => delivery.Body)];
        return this;
    }

    /// <inheritdoc />
    public override Held? Holds(string call) =>
        HeldCalls.TryGetValue(call, out var operation) ? new Held(operation, operation == "refund.create" ? $"{payment.Id}" : payment.TransactionId, intentId) : null;

    /// <inheritdoc />
    public override async Task ActAsync()
    {
        await Caller.AskAsync();
        if (Caller.WasTold)
            await MoveWorldAsync();
    }

    /// <inheritdoc />
    public override async Task ResumeAsync()
    {
        await Caller.AskAgainAsync();
        await MoveWorldAsync();
    }

    /// <inheritdoc />
    public override async Task<string> AssertAsync()
    {
        (await deployment.Curious.GetAsync(payment)).Is(200, payment.Found(FinalStatus, Captured));
        var history = (await deployment.Sandbox.HistoryAsync(payment))!;
        foreach (var operation in (string[])["payment_intent.create", "payment_intent.cancel", "payment_intent.capture", "refund.create"])
            Assert.Equal((operation, operation == "payment_intent.create" || Effects.Contains(operation) ? 1 : 0), (operation, history.Count(operation)));
        if (FinalStatus == "CANCELLED")
            Convergence.AssertMoneyIsBack(payment, history);
        if (Captured is { } captured)
            Assert.Equal(captured, history.PaymentIntent.AmountReceived);

        var deliveries = await deployment.Sandbox.WebhooksAsync(payment);
        AssertAnnounced([.. announcedBefore, .. Announcements], deliveries, static delivery => delivery.Body);
        if (RefundId is { } refund)
        {
            Assert.Equal((payment.Amount, "succeeded"), (history.Refunds.Single().Amount, history.Refunds.Single().Status));
            var refunds = await deployment.Sandbox.WebhooksAsync(refund);
            AssertAnnounced(["REFUND_SUCCESS"], refunds, static delivery => delivery.Name);
            deliveries = [.. deliveries, .. refunds];
        }

        await Caller.AssertAnswerHoldsAsync();
        return $"1 × {string.Join(", 1 × ", Effects)}; webhooks sent {deliveries.Count - announcedBefore.Count} ×";
    }

    /// <summary>Each message at least once, and each for the first time in its place: order is kept per payment.</summary>
    private static void AssertAnnounced(IReadOnlyList<string?> expected, IReadOnlyList<Delivery> deliveries, Func<Delivery, string?> content)
    {
        Assert.All(deliveries, static delivery => Assert.True(delivery.SignatureValid));
        var accepted = deliveries.Where(static delivery => delivery.Answered is >= 200 and <= 299);
        Assert.Equal(expected, accepted.DistinctBy(static delivery => delivery.WebhookId).Select(content));
    }

    private async Task MoveWorldAsync()
    {
        if (moved || ThenTheWorld is null)
            return;
        await ThenTheWorld();
        moved = true;
    }
}

using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>A sale over two cards, from its create to both captures.</summary>
public sealed record SplitSale() : CrashAction("split tender")
{
    /// <inheritdoc />
    public override Task<CrashCase> PrepareAsync(Deployment deployment) => Task.FromResult<CrashCase>(new SplitCase(
        deployment, deployment.Curious.Merchant.SecondCard, "COMPLETED", "PAYMENT_SUCCEEDED", "payment_intent.capture", ["payment_intent.capture"]));
}

/// <summary>A sale over two cards of which the second is declined: the first is released.</summary>
public sealed record SplitRollback() : CrashAction("split tender rolled back")
{
    /// <inheritdoc />
    public override Task<CrashCase> PrepareAsync(Deployment deployment) => Task.FromResult<CrashCase>(new SplitCase(
        deployment, deployment.Curious.Merchant.BadCard, "FAILED", "PAYMENT_FAILED", "payment_intent.cancel", []));
}

/// <summary>One such sale.</summary>
/// <param name="deployment">Where.</param>
/// <param name="secondCard">The second card.</param>
/// <param name="status">In what it ends.</param>
/// <param name="announcement">What announces that.</param>
/// <param name="ofTheFirst">The operation that takes effect on the first card, once.</param>
/// <param name="ofTheSecond">Those that take effect on the second one, each once.</param>
public sealed class SplitCase(
    Deployment deployment, Guid secondCard, string status, string announcement, string ofTheFirst, IReadOnlyList<string> ofTheSecond) : CrashCase
{
    private static readonly string[] Moves = ["payment_intent.cancel", "payment_intent.capture", "refund.create"];

    private readonly Payment payment = deployment.Curious.NewPayment();
    private Caller? caller;

    private Caller Caller => caller ??= new Caller(
        "v2",
        payment.Merchant.Id,
        key => deployment.Curious.SendSplitAsync(payment, payment.Merchant.Card, secondCard, key),
        static answer => Assert.Equal(202, answer.Status));

    /// <inheritdoc />
    public override IReadOnlyList<string> Subjects =>
        [$"payment/{payment.Id:N}", $"{payment.Id}", $"{PaymentIds.ForAllocation(payment.Id, 0)}", $"{PaymentIds.ForAllocation(payment.Id, 1)}", Caller.Row];

    /// <inheritdoc />
    public override StoredRow Rest => new("payment", $"{payment.Id:N}", status);

    /// <inheritdoc />
    public override Task ActAsync() => Caller.AskAsync();

    /// <inheritdoc />
    public override Task ResumeAsync() => Caller.AskAgainAsync();

    /// <inheritdoc />
    public override async Task<string> AssertAsync()
    {
        Assert.Contains($"\"status\":\"{status}\"", (await deployment.Curious.GetAsync(payment)).Body, StringComparison.Ordinal);
        await AssertMovedAsync(0, [ofTheFirst]);
        await AssertMovedAsync(1, ofTheSecond);
        var deliveries = await deployment.Sandbox.WebhooksAsync(payment);
        Assert.All(deliveries, static delivery => Assert.True(delivery.SignatureValid));
        Assert.Equal(announcement, Assert.Single(deliveries.Select(static delivery => delivery.Name).Distinct()));
        await Caller.AssertAnswerHoldsAsync();
        return $"1 × {string.Join(", 1 × ", [ofTheFirst, .. ofTheSecond])}; webhooks sent {deliveries.Count} ×";
    }

    private async Task AssertMovedAsync(int allocation, IReadOnlyList<string> expected)
    {
        var history = (await deployment.Sandbox.HistoryAsync(payment, allocation))!;
        Assert.Equal(1, history.Count("payment_intent.create"));
        foreach (var move in Moves)
            Assert.Equal((move, expected.Contains(move) ? 1 : 0), (move, history.Count(move)));
    }
}

using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>The refund of a paid Klarna request.</summary>
public sealed record KlarnaRefund() : CrashAction("Klarna refund")
{
    private const long RefundedMinor = 4000;

    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var request = await deployment.Payhub.CreateAsync();
        await deployment.Sandbox.MoveKlarnaAsync(request, "complete");

        // A cancel that comes too late makes the service see that it is paid.
        Assert.Equal(409, (await deployment.Payhub.CancelAsync(request.Id)).Status);
        return new Case(deployment, request, await deployment.Sandbox.KlarnaOrderAsync(request));
    }

    private sealed class Case(Deployment deployment, PaymentRequest request, string orderId) : CrashCase
    {
        private readonly Caller caller = new(
            "payhub", Merchant.First.Id, key => RefundAsync(deployment, request, key), static answer => Assert.Equal(200, answer.Status));

        public override IReadOnlyList<string> Subjects => [$"payment-request/{request.Id:X}", request.KlarnaId, orderId, caller.Row];

        public override StoredRow Rest => new("payment-request", $"{request.Id:X}", "COMPLETED");

        public override Held? Holds(string call) => call == "klarna refund" ? new Held("klarna.refund", request.KlarnaId, request.KlarnaId) : null;

        public override Task ActAsync() => caller.AskAsync();

        public override Task ResumeAsync() => caller.AskAgainAsync();

        public override async Task<string> AssertAsync()
        {
            Assert.Equal([RefundedMinor], await deployment.Sandbox.KlarnaRefundsAsync(request));
            await caller.AssertAnswerHoldsAsync();
            return "1 × klarna.refund";
        }
    }

    /// <summary>While the outcome is not known the contract answers 500, and a repeat under the key tells it (docs/api.md).</summary>
    private static async Task<Answer> RefundAsync(Deployment deployment, PaymentRequest request, string key)
    {
        const int TriesMax = 40;
        for (var tries = 1; ; tries++)
        {
            var answer = await deployment.Payhub.RefundAsync(request.Id, RefundedMinor / 100m, key);
            if (answer.Status != 500 || tries == TriesMax)
                return answer;
        }
    }
}

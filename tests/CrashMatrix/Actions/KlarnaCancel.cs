using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>The cancel of an open Klarna payment request.</summary>
/// <param name="InStore">Whether it is an in-store session.</param>
public sealed record KlarnaCancel(bool InStore) : CrashAction(InStore ? "Klarna cancel, in-store session" : "Klarna cancel")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment) =>
        new Case(deployment, await (InStore ? deployment.Payhub.CreateInStoreAsync() : deployment.Payhub.CreateAsync()));

    private sealed class Case(Deployment deployment, PaymentRequest request) : CrashCase
    {
        private readonly Caller caller = new(
            "payhub", Merchant.First.Id, key => deployment.Payhub.CancelAsync(request.Id, key), static answer => answer.Is(200, "{}"));

        public override IReadOnlyList<string> Subjects => [$"payment-request/{request.Id:X}", request.KlarnaId, caller.Row];

        public override StoredRow Rest => new("payment-request", $"{request.Id:X}", "CANCELED");

        public override Held? Holds(string call) => call == "klarna cancel" ? new Held("klarna.cancel", request.KlarnaId, request.KlarnaId) : null;

        public override Task ActAsync() => caller.AskAsync();

        public override Task ResumeAsync() => caller.AskAgainAsync();

        public override async Task<string> AssertAsync()
        {
            Assert.Equal("canceled", await deployment.Payhub.StatusAsync(request.Id));
            Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
            await caller.AssertAnswerHoldsAsync();
            return "1 × klarna.cancel";
        }
    }
}

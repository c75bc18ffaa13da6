using Payments.Simulation.Database;
using Payments.Simulation.Running;
using Payments.Storage.Rows;

namespace Payments.Simulation.Clients;

/// <summary>What the HTTP edge of a silo does with a request: one grain call, and the handling of an idempotency key around it. It dies with its
/// silo.</summary>
internal sealed class Edge(SimulatedDatabase database, Callers callers, Defects defects)
{
    private const string Contract = "v2";

    public Task<CreatePaymentResult> CreateAsync(IGrainFactory grains, PaymentOrder order) => order.IsSplit ? CreateSplitAsync(grains, order) : grains.GetGrain<IPaymentGrain>(order.Id).CreateAsync(new CreatePayment(
        order.MerchantId, order.TransactionId, order.AmountMinor, "USD", order.AuthorizeOnly, Providers.PaymentMethods.IdOf(order.Method),
        order.Method == Providers.PaymentMethods.BankAccount ? new BankDebitConsent(ConsentKind.Online, callers.World.Now, "192.0.2.1", null) : null,
        null, null, "simulation", [], ActorOf(order.MerchantId)));

    private static Task<CreatePaymentResult> CreateSplitAsync(IGrainFactory grains, PaymentOrder order)
    {
        var first = order.AmountMinor * 2 / 3;
        return grains.GetGrain<IPaymentGrain>(order.Id).CreateAsync(new CreatePayment(
            order.MerchantId, order.TransactionId, order.AmountMinor, "USD", false, Guid.Empty, null, null, null, "simulation", [], ActorOf(order.MerchantId),
            [
                new SplitAllocation(Providers.PaymentMethods.IdOf(order.Method), first),
                new SplitAllocation(Providers.PaymentMethods.IdOf(order.SecondMethod!), order.AmountMinor - first),
            ]));
    }

    /// <summary>Reads a payment. What is shown must have been durable before.</summary>
    public async Task<PaymentView?> GetAsync(IGrainFactory grains, PaymentOrder order, Guid merchant)
    {
        var view = await grains.GetGrain<IPaymentGrain>(order.Id).GetAsync(merchant);
        var row = new RowKey("payment", $"{order.Id:N}", "payment");
        if (view is not null && !database.LogOf(row).Any(commit => commit.Write.Status == view.Status.ToWire()))
            order.Complaints.Add($"I5: {view.Status.ToWire()} was shown before it was durable");
        return view;
    }

    /// <summary>Cancels a payment without an idempotency key.</summary>
    public Task<CancelPaymentResult> CancelAsync(IGrainFactory grains, PaymentOrder order, Guid merchant, string? commandId) =>
        grains.GetGrain<IPaymentGrain>(order.Id).CancelAsync(new CancelPayment(
            defects.HasFlag(Defects.EdgeMixesMerchants) ? order.MerchantId : merchant,
            CancellationReason.RequestedByCustomer, null, ActorOf(merchant), commandId));

    /// <summary>Cancels a payment under an idempotency key, as the API does.</summary>
    /// <returns>The outcome, or null when the key is in use.</returns>
    public async Task<CancelPaymentOutcome?> CancelAsync(IGrainFactory grains, PaymentOrder order, string key, Guid claimId)
    {
        var keeper = grains.GetGrain<IIdempotencyGrain>(IdempotencyKeys.ForMerchant(Contract, order.MerchantId, key));
        var claim = await keeper.ClaimAsync(new ClaimIdempotencyKey(order.MerchantId, $"cancel {order.Id}", claimId));
        if (claim.Outcome == IdempotencyOutcome.Answered)
            return Enum.Parse<CancelPaymentOutcome>(claim.Answer!.Body);
        if (claim.Outcome != IdempotencyOutcome.Claimed)
            return null;

        CancelPaymentResult result;
        try
        {
            result = await CancelAsync(grains, order, order.MerchantId, claim.CommandId);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await keeper.ReleaseAsync(new ReleaseIdempotencyKey(claimId, HadNoEffect: false));
            throw;
        }

        await keeper.CompleteAsync(new CompleteIdempotencyKey(claimId, claim.CommandId!, new StoredAnswer(0, $"{result.Outcome}")));
        return result.Outcome;
    }

    public static Task<CapturePaymentResult> CaptureAsync(IGrainFactory grains, PaymentOrder order, Guid merchant, long? amount, string? commandId) =>
        grains.GetGrain<IPaymentGrain>(order.Id).CaptureAsync(new CapturePayment(merchant, amount, [], ActorOf(merchant), commandId));

    public static Task<RefundPaymentResult> RefundAsync(IGrainFactory grains, PaymentOrder order, Guid merchant, string transactionId, long? amount) =>
        grains.GetGrain<IRefundGrain>(PaymentIds.ForRefund(merchant, transactionId)).CreateAsync(new RefundPayment(
            merchant, order.Id, transactionId, amount, CancellationReason.RequestedByCustomer, "simulation", ActorOf(merchant)));

    public static async Task<CreatePaymentRequestResult> CreateAsync(IGrainFactory grains, KlarnaOrder order)
    {
        var id = await grains.GetGrain<IPaymentRequestIdGrain>(0).NextAsync();
        return await grains.GetGrain<IPaymentRequestGrain>(id).CreateAsync(new CreatePaymentRequest(
            order.MerchantId, CreatePaymentRequest.KlarnaProvider, order.IsInStore ? "StaticQR" : "DynamicQR", order.AmountMinor, "EUR", "GR", "el-GR", null, [],
            ActorOf(order.MerchantId)));
    }

    public static Task<CancelPaymentRequestOutcome> CancelAsync(IGrainFactory grains, KlarnaOrder order, Guid merchant, string? commandId) =>
        grains.GetGrain<IPaymentRequestGrain>(order.Id!.Value).CancelAsync(new CancelPaymentRequest(merchant, ActorOf(merchant), commandId));

    public static Task<RefundPayhubPaymentResult> RefundAsync(IGrainFactory grains, KlarnaOrder order, Guid merchant, long amount, string commandId) =>
        grains.GetGrain<IPaymentRequestGrain>(order.Id!.Value).RefundAsync(new RefundPayhubPayment(merchant, amount, "simulation", ActorOf(merchant), commandId));

    public static string ActorOf(Guid merchant) => $"caller of {merchant:N}";
}

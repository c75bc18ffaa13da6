using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Payments.Api.Http;
using Payments.Api.Listing;

namespace Payments.Api.Payments;

/// <summary>Turns a payment into the contract's answers.</summary>
internal sealed class PaymentReplies(IOptions<PaymentsApiOptions> options)
{
    private readonly string _prefix = options.Value.PublicBaseUrl.TrimEnd('/') + "/v2/payments/";
    private readonly string _refunds = options.Value.PublicBaseUrl.TrimEnd('/') + "/v2/refunds/";

    /// <summary>202: where to ask for the payment, and the payment.</summary>
    public IResult Accepted(PaymentView payment)
    {
        var body = new AcceptedPaymentBody(
            $"{_prefix}{payment.Id:D}",
            new AcceptedPayment(
                payment.Id,
                payment.MerchantTransactionId,
                payment.AmountMinor,
                payment.AuthorizedAmountMinor,
                payment.CapturedAmountMinor,
                payment.Status.ToWire(),
                Allocations(payment)));
        return new JsonReply<AcceptedPaymentBody>(StatusCodes.Status202Accepted, body, PaymentJson.Wire.AcceptedPaymentBody);
    }

    /// <summary>200: the payment.</summary>
    public static IResult Found(PaymentView payment)
    {
        var body = new PaymentBody(new PaymentData(
            payment.Id,
            payment.AmountMinor,
            payment.AuthorizedAmountMinor,
            payment.CapturedAmountMinor,
            payment.Status.ToWire(),
            Allocations(payment)));
        return new JsonReply<PaymentBody>(StatusCodes.Status200OK, body, PaymentJson.Wire.PaymentBody);
    }

    /// <summary>202: where to ask for the refund, and the refund.</summary>
    public IResult Accepted(RefundView refund) => new JsonReply<AcceptedRefundBody>(
        StatusCodes.Status202Accepted, new AcceptedRefundBody($"{_refunds}{refund.Id:D}", Data(refund)), PaymentJson.Wire.AcceptedRefundBody);

    /// <summary>200: the refund.</summary>
    public static IResult Found(RefundView refund) =>
        new JsonReply<RefundBody>(StatusCodes.Status200OK, new RefundBody(Data(refund)), PaymentJson.Wire.RefundBody);

    private static RefundData Data(RefundView refund) => new(
        refund.Id, refund.PaymentId, refund.MerchantTransactionId, refund.AmountMinor, refund.Reason.ToWire(), refund.Status.ToWire(), refund.Failure,
        refund.Allocations.IsDefaultOrEmpty
            ? null
            : [.. refund.Allocations.Select(static part => new RefundAllocationBody(part.Id, part.AmountMinor, part.Status.ToWire(), part.Failure))]);

    /// <summary>200: one page.</summary>
    public static IResult Listed(PaymentPage page)
    {
        var body = new PaymentListBody(
            [.. page.Payments.Select(static payment => new ListedPayment(
                payment.Id, payment.MerchantTransactionId, payment.AmountMinor, payment.AuthorizedAmountMinor, payment.CapturedAmountMinor,
                payment.Status.ToWire(), Allocations(payment), payment.CreatedAt.UtcDateTime))],
            new Paging(page.Next is { } next ? ListCursor.ToText(next) : null));
        return new JsonReply<PaymentListBody>(StatusCodes.Status200OK, body, PaymentJson.Wire.PaymentListBody);
    }

    private static ImmutableArray<AllocationBody> Allocations(PaymentView payment)
    {
        var bodies = new AllocationBody[payment.Allocations.Length];
        for (var index = 0; index < bodies.Length; index++)
        {
            var allocation = payment.Allocations[index];
            bodies[index] = new AllocationBody(
                allocation.Id,
                allocation.AmountMinor,
                allocation.Status.ToWire(),
                allocation.Failure,
                allocation.Remediation is { } remediation ? new RemediationBody(remediation.Action.ToWire(), remediation.Status.ToWire()) : null);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(bodies);
    }
}

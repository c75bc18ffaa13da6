using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Turns a payment into the contract's answers.</summary>
internal sealed class PaymentReplies(IOptions<PaymentsApiOptions> options)
{
    private readonly string _prefix = options.Value.PublicBaseUrl.TrimEnd('/') + "/v2/payments/";

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

    private static ImmutableArray<AllocationBody> Allocations(PaymentView payment)
    {
        var bodies = new AllocationBody[payment.Allocations.Length];
        for (var index = 0; index < bodies.Length; index++)
        {
            var allocation = payment.Allocations[index];
            bodies[index] = new AllocationBody(allocation.Id, allocation.AmountMinor, allocation.Status.ToWire());
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(bodies);
    }
}

using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Tests.Payment;

/// <summary>The split tender that the tests of its rules are about: 250.00 over two cards.</summary>
internal static class SplitSample
{
    public const long First = 15000;
    public const long Second = 10000;

    public static readonly PaymentMethod OtherCard = new(new Guid("cccc1111-2222-4333-8444-555566667777"), PaymentMethodKind.Card, "pm_other", null);

    public static readonly CreatePayment Create = Sample.Create with
    {
        AuthorizeOnly = false,
        PaymentMethodId = Guid.Empty,
        Split = [new SplitAllocation(Sample.Card.Id, First), new SplitAllocation(OtherCard.Id, Second)],
    };

    public static PaymentState Created(Moment moment) =>
        PaymentMachine.Create(new PaymentState(), Sample.Id, Create, [Sample.Card, OtherCard], Sample.Policy, moment).State;
}

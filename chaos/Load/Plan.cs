using Payments.Chaos.Checking;
using Payments.Chaos.World;

namespace Payments.Chaos.Load;

/// <summary>What kind of payment an order becomes.</summary>
internal enum PlanKind
{
    /// <summary>A card hold.</summary>
    Card,

    /// <summary>A card that waits for its owner's 3-D Secure.</summary>
    ChallengedCard,

    /// <summary>A card hold that somebody captures in Stripe's dashboard at the moment of the cancel.</summary>
    CapturedCard,

    /// <summary>An ACH debit that can still be stopped.</summary>
    BankDebit,

    /// <summary>An ACH debit that the bank no longer stops: it settles, and must be refunded.</summary>
    LateBankDebit,

    /// <summary>A Klarna request.</summary>
    Klarna,

    /// <summary>A Klarna request that the customer completes at the moment of the cancel.</summary>
    PaidKlarna,
}

/// <summary>What the clients do with one order. Decided by the run's seed and the order's number alone, whatever happens meanwhile.</summary>
/// <param name="Number">The order's number, from 0.</param>
/// <param name="Order">What the merchant knows of it.</param>
/// <param name="Merchant">Whose it is.</param>
/// <param name="Kind">What it becomes.</param>
/// <param name="Racers">Clients that cancel it at the same time.</param>
/// <param name="Hasty">Whether it is cancelled without waiting for its authorization.</param>
/// <param name="ReadsAfterwards">Whether it is read after the cancel.</param>
/// <param name="RepeatsCancel">Whether the cancel is repeated after it was answered.</param>
/// <param name="UsesKeys">Whether its clients send an <c>Idempotency-Key</c> with creates and cancels (Payhub: with creates).</param>
/// <param name="Intruder">Another merchant that tries to read and to cancel it, or null.</param>
/// <param name="Seed">For its clients' choices of silos and waits.</param>
internal sealed record Plan(
    int Number, Order Order, Merchant Merchant, PlanKind Kind, int Racers, bool Hasty, bool ReadsAfterwards, bool RepeatsCancel, bool UsesKeys,
    Merchant? Intruder, int Seed)
{
    private const int SmallestAmountMinor = 500;

    /// <summary>Draws the plan of an order.</summary>
    public static Plan Draw(int seed, int number)
    {
        // Not HashCode: its seed differs from process to process.
        var own = unchecked((int)((uint)seed * 2654435761u) ^ (number * 40503));
        var chance = new Random(own);
        var merchant = Merchant.All[chance.Next(Merchant.All.Count)];
        var kind = chance.NextDouble() switch
        {
            < 0.70 => PlanKind.Card,
            < 0.73 => PlanKind.ChallengedCard,
            < 0.75 => PlanKind.CapturedCard,
            < 0.83 => PlanKind.BankDebit,
            < 0.86 => PlanKind.LateBankDebit,
            < 0.985 => PlanKind.Klarna,
            _ => PlanKind.PaidKlarna,
        };
        var contract = kind is PlanKind.Klarna or PlanKind.PaidKlarna ? Contract.Payhub : Contract.Payments;
        var order = new Order($"chaos-{seed}-{number:D7}", contract, merchant.Id, SmallestAmountMinor + number % 100_000, merchant.Source);
        var racers = chance.NextDouble() switch { < 0.75 => 1, < 0.92 => 2, _ => 3 };
        return new Plan(
            number, order, merchant, kind, racers,
            Hasty: chance.NextDouble() < 0.05,
            ReadsAfterwards: chance.NextDouble() < 0.3,
            RepeatsCancel: chance.NextDouble() < 0.1,
            UsesKeys: chance.NextDouble() < 0.5,
            Intruder: chance.NextDouble() < 0.04 ? Merchant.All[(merchant.Index + 1) % Merchant.All.Count] : null,
            own);
    }
}

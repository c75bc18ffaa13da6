using Payments.Grains.Ports;

namespace Payments.Simulation.Providers;

/// <summary>The payment methods of every merchant: what the provider calls them, and what comes of them.</summary>
internal static class PaymentMethods
{
    public const string Card = "pm_card";
    public const string OtherCard = "pm_other_card";
    public const string Declined = "pm_declined";
    public const string Challenge = "pm_challenge";
    public const string BankAccount = "pm_bank";

    private static readonly string[] All = [Card, Declined, Challenge, BankAccount, OtherCard];

    /// <summary>Ours, as merchants name it.</summary>
    public static Guid IdOf(string reference) => new(Array.IndexOf(All, reference) + 1, 0, 0, new byte[8]);

    public static PaymentMethod? Find(Guid id)
    {
        var reference = All.FirstOrDefault(known => IdOf(known) == id);
        return reference is null
            ? null
            : reference == BankAccount
                ? new PaymentMethod(id, PaymentMethodKind.BankAccount, reference, ProviderCustomer: null)
                : new PaymentMethod(id, PaymentMethodKind.Card, reference, $"cus_of_{reference}");
    }
}

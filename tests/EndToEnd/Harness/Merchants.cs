namespace Payments.EndToEnd.Harness;

/// <summary>A merchant of the deployment under test.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WebhookSecret">What its webhooks are signed with.</param>
/// <param name="Card">Payment method id of a card that works.</param>
/// <param name="BankAccount">Payment method id of a US bank account.</param>
public sealed record Merchant(Guid Id, string WebhookSecret, Guid Card, Guid BankAccount)
{
    /// <summary>Another card that works; only of the merchants that these tests configure.</summary>
    public Guid SecondCard => With(4);

    /// <summary>A card that is declined; of the same merchants.</summary>
    public Guid BadCard => With(5);

    /// <summary>A card that asks for 3-D Secure; of the same merchants.</summary>
    public Guid CarefulCard => With(6);

    /// <summary>The demo merchant of the embedded profile.</summary>
    public static readonly Merchant First = new(
        Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f"), "whsec_ZGVtby1tZXJjaGFudC1vbmUtc2VjcmV0LTAwMQ==",
        Guid.Parse("11111111-1111-4111-8111-111111111111"), Guid.Parse("22222222-2222-4222-8222-222222222222"));

    /// <summary>The second merchant of the embedded profile.</summary>
    public static readonly Merchant Second = new(
        Guid.Parse("0e2f7c41-52d6-4b0a-9d2a-6f3b8f1a7c55"), "whsec_c2Vjb25kLW1lcmNoYW50LXNlY3JldC0wMDAwMg==",
        Guid.Parse("55555555-5555-4555-8555-555555555555"), Guid.Parse("66666666-6666-4666-8666-666666666666"));

    /// <summary>A merchant that only these tests configure: its endpoint is slow.</summary>
    public static readonly Merchant Slow = Extra(7);

    /// <summary>A merchant that only these tests configure: its endpoint is gone.</summary>
    public static readonly Merchant Gone = Extra(8);

    /// <summary>A merchant that only these tests configure: it wants every event.</summary>
    public static readonly Merchant Curious = Extra(9);

    /// <summary>The first merchant's card that is declined.</summary>
    public static readonly Guid DeclinedCard = Guid.Parse("33333333-3333-4333-8333-333333333333");

    /// <summary>The first merchant's card that asks for 3-D Secure.</summary>
    public static readonly Guid ChallengedCard = Guid.Parse("44444444-4444-4444-8444-444444444444");

    /// <summary>Settings of the merchants that the embedded profile does not have. All but one want to hear of cancellations only, so that a test
    /// that orders a fault for a webhook knows which one it hits.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ExtraSettings(Uri sandbox) =>
    [
        .. Settings(2, Slow, sandbox), .. Settings(3, Gone, sandbox), .. Settings(4, Curious, sandbox),
        .. Enumerable.Range(0, 4).Select(static index =>
            KeyValuePair.Create($"Payments:Merchants:{index}:Webhook:Events:0", "PAYMENT_CANCELLED")),
    ];

    private Guid With(int number) => Guid.Parse($"{$"{Id}"[..^1]}{number}");

    private static Merchant Extra(int digit) => new(
        Guid.Parse($"{digit}0000000-0000-4000-8000-000000000001"), $"whsec_{Convert.ToBase64String([.. Enumerable.Repeat((byte)digit, 32)])}",
        Guid.Parse($"{digit}0000000-0000-4000-8000-000000000002"), Guid.Parse($"{digit}0000000-0000-4000-8000-000000000003"));

    private static IEnumerable<KeyValuePair<string, string>> Settings(int index, Merchant merchant, Uri sandbox)
    {
        var prefix = $"Payments:Merchants:{index}";
        yield return new($"{prefix}:Id", $"{merchant.Id}");
        yield return new($"{prefix}:Name", $"Merchant {index}");
        yield return new($"{prefix}:Webhook:Url", $"{new Uri(sandbox, $"merchants/{merchant.Id}/webhooks")}");
        yield return new($"{prefix}:Webhook:Secrets:0", merchant.WebhookSecret);
        yield return new($"{prefix}:PaymentMethods:0:Id", $"{merchant.Card}");
        yield return new($"{prefix}:PaymentMethods:0:Kind", "Card");
        yield return new($"{prefix}:PaymentMethods:0:Reference", "pm_card_visa");
        yield return new($"{prefix}:PaymentMethods:0:Customer", $"cus_{index}");
        yield return new($"{prefix}:PaymentMethods:1:Id", $"{merchant.BankAccount}");
        yield return new($"{prefix}:PaymentMethods:1:Kind", "BankAccount");
        yield return new($"{prefix}:PaymentMethods:1:Reference", "pm_usBankAccount");
        foreach (var (number, card, reference) in (IEnumerable<(int, Guid, string)>)[
            (2, merchant.SecondCard, "pm_card_mastercard"), (3, merchant.BadCard, "pm_card_chargeDeclined"),
            (4, merchant.CarefulCard, "pm_card_threeDSecure2Required")])
        {
            yield return new($"{prefix}:PaymentMethods:{number}:Id", $"{card}");
            yield return new($"{prefix}:PaymentMethods:{number}:Kind", "Card");
            yield return new($"{prefix}:PaymentMethods:{number}:Reference", reference);
        }
    }
}

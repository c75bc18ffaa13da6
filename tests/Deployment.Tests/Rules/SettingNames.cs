using System.Collections;
using System.Reflection;
using Payments.Api;
using Payments.Api.Authentication;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;
using Payments.Providers;
using Payments.Silo.Configuration;
using Payments.Silo.Shutdown;
using Payments.Storage;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Which settings the program has: the properties of the types that its sections are bound to. A name that is none would be
/// without effect.</summary>
internal static class SettingNames
{
    private static readonly Dictionary<string, Type[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Api"] = [typeof(PaymentsApiOptions)],
        ["Auth"] = [typeof(AuthOptions)],
        ["Storage"] = [typeof(StorageOptions)],
        ["Stripe"] = [typeof(StripeOptions)],
        ["Klarna"] = [typeof(KlarnaOptions)],
        ["Webhooks"] = [typeof(WebhookSenderOptions), typeof(WebhookDispatcherOptions)],
        ["Policy"] = [typeof(PaymentPolicy)],
        ["RequestPolicy"] = [typeof(PaymentRequestPolicy)],
        ["Retry"] = [typeof(RetryOptions)],
        ["Cluster"] = [typeof(ClusterSettings)],
        ["Shutdown"] = [typeof(ShutdownSettings)],
    };

    // What the API and the grains read of a merchant.
    private static readonly Type[] Merchant = [typeof(MerchantOptions), Nested("MerchantEntry")];

    // Read by name, bound to no type.
    private static readonly string[] Single = [SecretFiles.Setting, "Payments:Auth:DevelopmentSigningKeyFile"];

    /// <summary>Whether there is a setting of this name, <c>Payments:Section:Key</c>, that takes a single value.</summary>
    public static bool Exists(string setting)
    {
        if (Single.Contains(setting, StringComparer.OrdinalIgnoreCase))
            return true;
        return setting.Split(':') switch
        {
            [var root, var section, .. var keys] when Is(root, "Payments")
                && Sections.TryGetValue(section, out var types) => types.Any(type => Takes(type, keys)),
            [var root, var list, var index, "PaymentMethods", var method, .. var keys] when Is(root, "Payments") && Is(list, "Merchants")
                && IsIndex(index) =>
                IsIndex(method) && Takes(Nested("MethodEntry"), keys),
            [var root, var list, var index, .. var keys] when Is(root, "Payments") && Is(list, "Merchants") && IsIndex(index) =>
                Merchant.Any(type => Takes(type, keys)),
            _ => false,
        };
    }

    private static bool Takes(Type type, ReadOnlySpan<string> keys)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (keys.IsEmpty)
            return type == typeof(string) || type == typeof(Uri) || type.IsPrimitive || type.IsEnum || type == typeof(TimeSpan)
                || type == typeof(Guid);
        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
            return IsIndex(keys[0]) && Takes(type.GetGenericArguments()[0], keys[1..]);
        return type.GetProperty(keys[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { } property
            && Takes(property.PropertyType, keys[1..]);
    }

    private static bool Is(string text, string other) => text.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsIndex(string text) => int.TryParse(text, out var index) && index >= 0;

    private static Type Nested(string name) => typeof(ConfiguredMerchants).GetNestedType(name, BindingFlags.NonPublic)
        ?? throw new InvalidOperationException($"{nameof(ConfiguredMerchants)} has no {name} any more.");
}

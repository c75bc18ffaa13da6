using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

/// <summary>Spells a result in one line, so that a table can hold what is expected.</summary>
internal static class Outcome
{
    public static string Of(ProviderResult<PaymentIntentSnapshot> result) => Of(result, intent => intent.Status.ToString());

    public static string Of(ProviderResult<RefundSnapshot> result) => Of(result, refund => refund.Status.ToString());

    public static string Of(ProviderResult<KlarnaRequestSnapshot> result) => Of(result, request => request.State.ToString());

    public static string Of(ProviderResult<KlarnaRefundSnapshot> result) => Of(result, refund => refund.Id ?? "without id");

    public static string Found(ProviderResult<KlarnaRefundSnapshot?> result) => result is ProviderResult<KlarnaRefundSnapshot?>.Success { Value: null }
        ? "none"
        : Of(result, refund => refund?.Id ?? "without id");

    /// <summary>Everything a result says in words, to look for what must not be said.</summary>
    public static string Words<T>(ProviderResult<T> result) => result.ToString();

    private static string Of<T>(ProviderResult<T> result, Func<T, string> state) => result switch
    {
        ProviderResult<T>.Success { Value: var value } => $"success {state(value)}",
        ProviderResult<T>.Refused { Code: var code, Current: { } current } => $"refused {code} {state(current)}",
        ProviderResult<T>.Refused { Code: var code } => $"refused {code}",
        ProviderResult<T>.Unknown { Cause: var cause, RetryAfter: { } wait } => $"unknown {cause} retry {wait.TotalSeconds:0}",
        ProviderResult<T>.Unknown { Cause: var cause } => $"unknown {cause}",
        _ => throw new InvalidOperationException(),
    };
}

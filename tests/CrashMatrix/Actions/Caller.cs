using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>A caller with an <c>Idempotency-Key</c>: it asks once, and once more when it was not answered with success.</summary>
/// <param name="contract">The contract's name in the derivation of the key's row.</param>
/// <param name="merchantId">Who calls.</param>
/// <param name="send">The request under a key.</param>
/// <param name="assert">What the contract says its answer is.</param>
public sealed class Caller(string contract, Guid merchantId, Func<string, Task<Answer>> send, Action<Answer> assert)
{
    private readonly string key = $"{Guid.NewGuid():N}";

    /// <summary>The key's row.</summary>
    public string Row => $"idempotency-key/{IdempotencyKeys.ForMerchant(contract, merchantId, key)}";

    /// <summary>Whether it was answered with success before the process died. Such an answer must hold whatever follows.</summary>
    public bool WasTold { get; private set; }

    /// <summary>Asks. No answer is no answer; an error is one that does not promise anything.</summary>
    public async Task AskAsync()
    {
        try
        {
            var answer = await send(key);
            if (answer.Status is < 200 or > 299)
                return;
            assert(answer);
            WasTold = true;
        }
        catch (HttpRequestException)
        {
            // The process died with the request in it.
        }
    }

    /// <summary>Asks again unless it was told. The repeat is answered as the first would have been (docs/api.md).</summary>
    public async Task AskAgainAsync()
    {
        if (!WasTold)
            assert(await send(key));
    }

    /// <summary>In the end the same request is still answered the same.</summary>
    public async Task AssertAnswerHoldsAsync() => assert(await send(key));
}

using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Requests at the same time do not see each other.</summary>
public sealed class ConcurrencyTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Two_hundred_calls_at_once_get_their_own_answers()
    {
        const int Count = 200;
        var allArrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        var commands = new ConcurrentDictionary<Guid, CancelPayment>();
        server.Grains.OnCancel = async (id, command) =>
        {
            Assert.True(commands.TryAdd(id, command));
            if (Interlocked.Increment(ref arrived) == Count)
                allArrived.SetResult();
            await allArrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
            var view = Samples.Payment(PaymentStatus.CancelInitialized) with { Id = id, MerchantTransactionId = command.Message! };
            return new CancelPaymentResult(CancelPaymentOutcome.Accepted, view, PaymentStatus.Authorized);
        };
        var ids = Enumerable.Range(0, Count).Select(index => PaymentIds.ForAllocation(Samples.PaymentId, index)).ToArray();

        var answers = await Task.WhenAll(ids.Select((id, index) => server.SendAsync(server.V2(
            HttpMethod.Patch,
            $"/v2/payments/{id}/cancel",
            string.Create(CultureInfo.InvariantCulture, $$"""{"paymentCancellationReason":"ABANDONED","paymentCancellationMessage":"call {{index}}"}""")))));

        for (var index = 0; index < Count; index++)
        {
            Assert.Equal(202, answers[index].Status);
            Assert.Contains($"\"id\":\"{ids[index]}\",\"merchantTransactionId\":\"call {index}\"", answers[index].Body, StringComparison.Ordinal);
            Assert.Equal($"call {index}", commands[ids[index]].Message);
        }
        Assert.Equal(Count, answers.Select(answer => answer.Headers["X-Trace-Id"]).Distinct().Count());
    }
}

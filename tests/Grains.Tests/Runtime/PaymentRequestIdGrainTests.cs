using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Payments.Grains.Tests.Runtime;

public sealed class PaymentRequestIdGrainTests
{
    [Fact]
    public async Task No_id_is_handed_out_twice_by_many_calls_at_once_failed_writes_and_a_restart()
    {
        var storage = new TestStorage();
        var ids = new ConcurrentBag<long>();
        await RunAsync(storage, async grain =>
        {
            storage.FailNextWrites(grain.GetGrainId(), WriteFault.NotWritten, WriteFault.WrittenAndLost, WriteFault.None, WriteFault.SomebodyElseWrote);
            for (var i = 0; i < 2; i++)
                await Assert.ThrowsAnyAsync<Exception>(grain.NextAsync);
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => ids.Add(await grain.NextAsync()))));
        });
        await RunAsync(storage, async grain =>
        {
            for (var i = 0; i < 100; i++)
                ids.Add(await grain.NextAsync());
        });

        Assert.Equal(1100, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 1, 1100 + 4 * 32));
    }

    [Fact]
    public async Task A_block_costs_one_write_and_the_first_id_is_one()
    {
        var storage = new TestStorage();
        await RunAsync(storage, async grain =>
        {
            for (var expected = 1; expected <= 32; expected++)
                Assert.Equal(expected, await grain.NextAsync());
            Assert.Equal(1, storage.Writes(grain.GetGrainId()));
            Assert.Equal(33, await grain.NextAsync());
            Assert.Equal(2, storage.Writes(grain.GetGrainId()));
        });
    }

    private static async Task RunAsync(TestStorage storage, Func<IPaymentRequestIdGrain, Task> test)
    {
        var silo = new TestSilo { Storage = storage };
        await silo.InitializeAsync();
        try
        {
            await test(silo.Grains.GetGrain<IPaymentRequestIdGrain>(0));
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }
}

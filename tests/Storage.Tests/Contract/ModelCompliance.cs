using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Storage.Tests;

/// <summary>Random operations by several activations on few grains, compared with a model after every step.</summary>
public abstract class ModelCompliance(StorageDatabase database, ITestOutputHelper output)
{
    private const int Steps = 600;
    private const int Grains = 6;
    private const int Activations = 3;

    [DatabaseFact]
    public async Task Random_operations_match_a_model()
    {
        var seed = Environment.GetEnvironmentVariable("PAYMENTS_TEST_SEED") is { Length: > 0 } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"PAYMENTS_TEST_SEED={seed}");
        try
        {
            await RunAsync(new Random(seed));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Failed with PAYMENTS_TEST_SEED={seed}: {exception.Message}", exception);
        }
    }

    private async Task RunAsync(Random random)
    {
        await using var one = await database.OpenAsync();
        await using var two = await database.OpenAsync();
        var ids = Enumerable.Range(0, Grains).Select(_ => Order.NewGrain()).ToArray();
        var model = new (string? ETag, string Text)[Grains];
        var held = ids.Select(_ => Enumerable.Range(0, Activations).Select(_ => new GrainState<Order>(new Order())).ToArray()).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            var grain = random.Next(Grains);
            var state = held[grain][random.Next(Activations)];
            var storage = (random.Next(2) == 0 ? one : two).Grains;
            switch (random.Next(10))
            {
                case < 3:
                    await storage.ReadStateAsync("state", ids[grain], state);
                    Assert.Equal(model[grain].ETag, state.ETag);
                    Assert.Equal(model[grain].ETag is not null, state.RecordExists);
                    Assert.Equal(model[grain].Text ?? "", state.State!.Text);
                    break;
                case < 8:
                    model[grain] = await WriteAsync(storage, ids[grain], state, $"step {step}", model[grain]);
                    break;
                default:
                    model[grain] = await ClearAsync(storage, ids[grain], state, model[grain]);
                    break;
            }
        }
    }

    private static async Task<(string? ETag, string Text)> WriteAsync(
        IGrainStorage storage, GrainId id, GrainState<Order> state, string text, (string? ETag, string Text) expected)
    {
        var before = state.ETag;
        state.State = new Order { Text = text };
        var exception = await Outcome.OfAsync(storage.WriteStateAsync("state", id, state));
        if (before == expected.ETag)
        {
            Assert.Null(exception);
            Assert.NotEqual(before, state.ETag);
            return (state.ETag, text);
        }

        var conflict = Assert.IsType<InconsistentStateException>(exception);
        Assert.Equal(expected.ETag, conflict.StoredEtag);
        Assert.Equal(before, state.ETag);
        return expected;
    }

    private static async Task<(string? ETag, string Text)> ClearAsync(
        IGrainStorage storage, GrainId id, GrainState<Order> state, (string? ETag, string Text) expected)
    {
        var before = state.ETag;
        var exception = await Outcome.OfAsync(storage.ClearStateAsync("state", id, state));
        if (before == expected.ETag)
        {
            Assert.Null(exception);
            Assert.Null(state.ETag);
            return (null, "");
        }

        Assert.IsType<InconsistentStateException>(exception);
        return expected;
    }
}

using Orleans.Storage;

namespace Payments.Conformance;

[Alias("conformance.IStoreGrain")]
public interface IStoreGrain : IGrainWithStringKey
{
    [Alias("Write")]
    Task<string?> WriteAsync(int amount);

    [Alias("WriteCaught")]
    Task<bool> WriteCaughtAsync(int amount);

    [Alias("Read")]
    Task<StoredView> ReadAsync();

    [Alias("Reread")]
    Task<StoredView> RereadAsync();

    [Alias("Clear")]
    Task ClearAsync();

    [Alias("Leave")]
    Task LeaveAsync();

    [Alias("ReadOutside")]
    Task<string> ReadOutsideAsync();
}

[GenerateSerializer, Immutable, Alias("conformance.StoredView")]
public sealed record StoredView(
    [property: Id(0)] int Amount,
    [property: Id(1)] bool RecordExists,
    [property: Id(2)] bool HasEtag,
    [property: Id(3)] int AmountAtActivation,
    [property: Id(4)] int Incarnation);

[GenerateSerializer, Alias("conformance.Stored")]
public sealed record Stored
{
    [Id(0)]
    public int Amount { get; set; }
}

public sealed class StoreGrain([PersistentState("stored", TestStorage.Name)] IPersistentState<Stored> state) : Grain, IStoreGrain
{
    private static int s_incarnations;
    private readonly int _incarnation = Interlocked.Increment(ref s_incarnations);
    private int _amountAtActivation = -1;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _amountAtActivation = state.State.Amount;
        return Task.CompletedTask;
    }

    public async Task<string?> WriteAsync(int amount)
    {
        state.State = new Stored { Amount = amount };
        await state.WriteStateAsync();
        return state.Etag;
    }

    public async Task<bool> WriteCaughtAsync(int amount)
    {
        try
        {
            await WriteAsync(amount);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    public Task<StoredView> ReadAsync() => Task.FromResult(
        new StoredView(state.State.Amount, state.RecordExists, state.Etag is not null, _amountAtActivation, _incarnation));

    public async Task<StoredView> RereadAsync()
    {
        await state.ReadStateAsync(CancellationToken.None);
        return await ReadAsync();
    }

    public Task ClearAsync() => state.ClearStateAsync();

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<string> ReadOutsideAsync()
    {
        try
        {
            return await Task.Run(() => $"{state.State.Amount}");
        }
        catch (InvalidOperationException)
        {
            return "refused";
        }
    }
}

[Alias("conformance.IMemoryGrain")]
public interface IMemoryGrain : IGrainWithGuidKey
{
    [Alias("Write")]
    Task WriteAsync(int amount);

    [Alias("Change")]
    Task ChangeWithoutWritingAsync(int amount);

    [Alias("Clear")]
    Task ClearAsync();

    [Alias("Reload")]
    Task<int> ReloadAsync();
}

public sealed class MemoryGrain([PersistentState("stored", "memory")] IPersistentState<Stored> state) : Grain, IMemoryGrain
{
    public Task WriteAsync(int amount)
    {
        state.State.Amount = amount;
        return state.WriteStateAsync();
    }

    public Task ChangeWithoutWritingAsync(int amount)
    {
        state.State.Amount = amount;
        return Task.CompletedTask;
    }

    public Task ClearAsync() => state.ClearStateAsync();

    public async Task<int> ReloadAsync()
    {
        await state.ReadStateAsync();
        return state.State.Amount;
    }
}

[Alias("conformance.IHomelessGrain")]
public interface IHomelessGrain : IGrainWithStringKey
{
    [Alias("Call")]
    Task CallAsync();
}

public sealed class HomelessGrain([PersistentState("stored", "nowhere")] IPersistentState<Stored> state) : Grain, IHomelessGrain
{
    public Task CallAsync() => state.WriteStateAsync();
}

using System.Text.Json;
using Orleans;
using Payments.Grains.Ports;

namespace Payments.Storage.Rows;

/// <summary>How the state of a grain becomes the document of a row, and back.</summary>
internal sealed class StateDocuments(StorageOptions options)
{
    /// <summary>A write of a state: the document, and what goes into columns of its own.</summary>
    /// <param name="key">Of which row.</param>
    /// <param name="state">The state.</param>
    /// <param name="expected">What the row must be now; null to create it.</param>
    /// <param name="token">Random.</param>
    /// <exception cref="ArgumentException">The document is larger than <see cref="StorageOptions.MaxDocumentBytes"/>.</exception>
    public RowWrite NewWrite<T>(RowKey key, T state, RowTag? expected, long token)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(state, options.Json);
        if (document.Length > options.MaxDocumentBytes)
        {
            throw new ArgumentException(
                $"The state {key} has {document.Length} bytes; at most {options.MaxDocumentBytes} are stored.", nameof(state));
        }

        var indexed = state as IIndexedState;
        return new RowWrite
        {
            Operation = expected is null ? RowOperation.Create : RowOperation.Update,
            Key = key,
            Expected = expected ?? default,
            Token = token,
            Slot = GrainSlot.Of(key.GrainType, key.GrainKey),
            MerchantId = indexed?.MerchantId,
            Status = indexed?.StatusText,
            DueAt = indexed?.DueAt,
            CreatedAt = indexed?.CreatedAt,
            WaitsFor = indexed?.Waiting is { } waiting ? WaitingNames.Of(waiting.For) : null,
            WaitsSince = indexed?.Waiting?.Since,
            Document = document,
        };
    }

    /// <summary>The state again.</summary>
    /// <exception cref="InvalidDataException">The row was written by a newer version of this program, or is not a document of this
    /// type.</exception>
    public T? Deserialize<T>(RowKey key, int stateVersion, ReadOnlySpan<byte> document)
    {
        if (stateVersion > RowWrite.StateVersion)
        {
            throw new InvalidDataException(
                $"The state {key} has format version {stateVersion}; this program knows up to {RowWrite.StateVersion}. Run the newer program.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(document, options.Json);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The state {key} is not a document of type {typeof(T).Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Makes it the state of a grain that has no row.</summary>
    public static void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = FreshState<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static class FreshState<T>
    {
        private static readonly bool HasConstructor = typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null;

        public static T Create() => HasConstructor ? Activator.CreateInstance<T>() : default!;
    }
}

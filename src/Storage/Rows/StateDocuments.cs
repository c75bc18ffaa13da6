using System.Text.Json;
using Orleans;

namespace Payments.Storage.Rows;

/// <summary>How the state of a grain becomes the document of a row, and back.</summary>
internal sealed class StateDocuments(StorageOptions options)
{
    /// <summary>UTF-8 JSON.</summary>
    /// <exception cref="ArgumentException">It is larger than <see cref="StorageOptions.MaxDocumentBytes"/>.</exception>
    public byte[] Serialize<T>(RowKey key, T state)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(state, options.Json);
        return document.Length <= options.MaxDocumentBytes
            ? document
            : throw new ArgumentException(
                $"The state {key} has {document.Length} bytes; at most {options.MaxDocumentBytes} are stored.", nameof(state));
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

using System.Buffers;
using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>
/// Append-only file of commits, one JSON line each. A line is handed to the operating system before the answer leaves,
/// so it survives a kill of the process; it is not forced to disk, because a power cut is none of the sandbox's tests.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _file;

    private Journal(FileStream file) => _file = file;

    /// <summary>Opens the file, hands every commit in it to <paramref name="apply"/> and cuts off a last line that a kill tore.</summary>
    /// <exception cref="InvalidDataException">A line other than the last cannot be read.</exception>
    /// <exception cref="IOException">Another sandbox holds the file.</exception>
    public static Journal Open(string path, Action<JournalEntry> apply)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        try
        {
            file.SetLength(Replay(file, apply));
            file.Seek(0, SeekOrigin.End);
            return new Journal(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static byte[] Line(JournalEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Reply.WriterOptions))
            JsonSerializer.Serialize(writer, entry, JournalJson.Default.JournalEntry);
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Appends one line. Not thread-safe: the ledger's lock orders the lines as it orders the commits.</summary>
    public void Append(byte[] line)
    {
        _file.Write(line);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    /// <returns>Length of the file up to its last whole line.</returns>
    private static long Replay(FileStream file, Action<JournalEntry> apply)
    {
        var buffer = new byte[1 << 16];
        var filled = 0;
        long consumed = 0;
        while (true)
        {
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = file.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
                return consumed;
            filled += read;
            var start = 0;
            for (int length; (length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            {
                apply(Parse(buffer.AsSpan(start, length), consumed));
                consumed += length + 1;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
        }
    }

    private static JournalEntry Parse(ReadOnlySpan<byte> line, long position)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry)
                ?? throw new InvalidDataException($"The sandbox's data file holds no commit at byte {position}.");
        }
        catch (JsonException damage)
        {
            throw new InvalidDataException($"The sandbox's data file is damaged at byte {position}.", damage);
        }
    }
}

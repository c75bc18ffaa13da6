using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>Writes JSON answers with a length, through one reused buffer per thread.</summary>
internal static class Reply
{
    private const int KeptBufferBytes = 1 << 16;

    /// <summary>Escapes only what JSON requires: nothing here ends up inside HTML.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    public static Task JsonAsync<TState>(HttpContext http, int status, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = t_writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, state);
        writer.Flush();

        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        // Copied before the first await, so that the thread's buffer is free again for whoever runs here next.
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > KeptBufferBytes)
            (t_buffer, t_writer) = (null, null);
        return response.BodyWriter.FlushAsync(CancellationToken.None).AsTask();
    }

    /// <summary>Renders a body that is to be kept.</summary>
    public static byte[] Bytes<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer, state);
        return buffer.WrittenSpan.ToArray();
    }

    public static async Task TextAsync(HttpContext http, int status, string? body, string contentType = "application/json")
    {
        http.Response.StatusCode = status;
        if (string.IsNullOrEmpty(body))
        {
            http.Response.ContentLength = 0;
            return;
        }
        http.Response.ContentType = contentType;
        await http.Response.WriteAsync(body, CancellationToken.None);
    }
}

using System.Buffers;

namespace Payments.Sandbox;

/// <summary>Reads a whole request body, up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>Bound of any body; the providers' own messages are a few kilobytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <returns>The bytes, empty when there is no body.</returns>
    /// <exception cref="BadHttpRequestException">The body is longer than <see cref="MaxBytes"/>, or broke off.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > MaxBytes)
                throw new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

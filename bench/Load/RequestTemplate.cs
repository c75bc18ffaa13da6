using System.Globalization;
using System.Text;

namespace Payments.Bench.Load;

/// <summary>The bytes of a request of which only one word, always of the same length, differs from one to the next.</summary>
internal sealed class RequestTemplate
{
    private const string Placeholder = "{word}";

    private readonly byte[] bytes;
    private readonly int wordOffset;
    private readonly int wordLength;

    private RequestTemplate(byte[] bytes, int wordOffset, int wordLength)
    {
        this.bytes = bytes;
        this.wordOffset = wordOffset;
        this.wordLength = wordLength;
    }

    /// <summary>Prepares a request of the v2 contract.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path; either it or the body contains <c>{word}</c>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="server">For the <c>Host</c> header.</param>
    /// <param name="headers">The merchant's headers, each ending with CR LF.</param>
    /// <param name="wordLength">Length of the word in ASCII characters.</param>
    public static RequestTemplate Create(string method, string path, string body, Uri server, string headers, int wordLength)
    {
        var filler = new string('0', wordLength);
        var length = body.Replace(Placeholder, filler, StringComparison.Ordinal).Length.ToString(CultureInfo.InvariantCulture);
        var text = $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}";
        var offset = text.IndexOf(Placeholder, StringComparison.Ordinal);
        return new RequestTemplate(Encoding.ASCII.GetBytes(text.Replace(Placeholder, filler, StringComparison.Ordinal)), offset, wordLength);
    }

    /// <summary>A copy with its own bytes: each client fills its own.</summary>
    public RequestTemplate Clone() => new([.. bytes], wordOffset, wordLength);

    /// <summary>Puts a word in.</summary>
    /// <returns>The whole request, valid until the next word.</returns>
    public ReadOnlyMemory<byte> With<T>(T word, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        if (!word.TryFormat(bytes.AsSpan(wordOffset, wordLength), out var written, format, CultureInfo.InvariantCulture) || written != wordLength)
            throw new BenchException($"'{word}' does not fit into a request.");
        return bytes;
    }
}

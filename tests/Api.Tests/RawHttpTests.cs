using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Requests that no decent HTTP client would send.</summary>
public sealed class RawHttpTests : IClassFixture<ApiServer>
{
    private const string V2TooLarge = """{"title":"PAYLOAD_TOO_LARGE","status":413,"detail":"Request body must not be larger than 65536 bytes"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ApiServer _server;

    public RawHttpTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.ProviderRefused, null, null));
    }

    [Fact]
    public async Task A_chunked_body_within_the_limit_is_read()
    {
        var answer = await SendAsync(Head("Transfer-Encoding: chunked") + Chunk("{\"paymentCancellationReason\":") + Chunk("\"DUPLICATE\"}") + Chunk(""));

        Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
        Assert.Equal(CancellationReason.Duplicate, Assert.IsType<CancelPayment>(Assert.Single(_server.Grains.Calls).Argument).Reason);
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_answers_413()
    {
        var chunk = Chunk(new string(' ', 16 * 1024));

        var answer = await SendAsync(Head("Transfer-Encoding: chunked") + Chunk(Samples.CancelBody) + string.Concat(Enumerable.Repeat(chunk, 4)) + Chunk(""));

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.EndsWith(V2TooLarge, answer, StringComparison.Ordinal);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_chunked_body_without_an_end_answers_413_and_is_not_read_for_ever()
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Head("Transfer-Encoding: chunked")));
        var chunk = Encoding.ASCII.GetBytes(Chunk(new string(' ', 16 * 1024)));
        var answer = ReadToEndAsync(stream);
        try
        {
            while (!answer.IsCompleted)
                await stream.WriteAsync(chunk).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
            // The server has hung up on a body that it will not read.
        }

        Assert.Empty(_server.Grains.Calls);
        Assert.StartsWith("HTTP/1.1 413 ", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declared_length_over_the_limit_answers_413_without_waiting_for_the_body()
    {
        // The connection is left open by the caller: the server closes it, because the rest of the body will never be read.
        var answer = await SendAsync(Head("Content-Length: 10000000000", close: false));

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains(V2TooLarge, answer, StringComparison.Ordinal);
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-5\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}xx0\r\n\r\n")]
    public async Task A_broken_chunk_answers_400_in_the_contract_s_shape(string body)
    {
        var answer = await SendAsync(Head("Transfer-Encoding: chunked") + body);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("""{"title":"INVALID_REQUEST","status":400,"detail":"Request is not valid HTTP"}""", answer, StringComparison.Ordinal);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_body_that_ends_early_reaches_no_grain()
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Head("Content-Length: 500") + Samples.CancelBody));
        client.Client.Shutdown(SocketShutdown.Send);

        var answer = await ReadToEndAsync(stream);

        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 5", answer, StringComparison.Ordinal);
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("PATCH " + Samples.CancelPath + "\r\n\r\n")]
    [InlineData("PATCH " + Samples.CancelPath + " HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("PATCH " + Samples.CancelPath + " HTTP/1.1\r\nHost: x\r\nX-Source: a\0b\r\n\r\n")]
    [InlineData("PATCH " + Samples.CancelPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("PATCH " + Samples.CancelPath + " HTTP/1.1\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    public async Task What_is_no_http_is_refused_by_the_server_itself(string request)
    {
        var answer = await SendAsync(request);

        Assert.Matches("^HTTP/1.1 (400|505) ", answer);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_connection_serves_the_next_request_after_a_refusal()
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        var refused = Head($"Content-Length: {"{}".Length}", close: false) + "{}";
        var accepted = Head(Length(Samples.CancelBody)) + Samples.CancelBody;

        await stream.WriteAsync(Encoding.ASCII.GetBytes(refused + accepted));
        var answers = await ReadToEndAsync(stream);

        Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 422 ", answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_request_answers_405_without_a_body()
    {
        var answer = await SendAsync($"HEAD {Samples.PaymentPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payhub_limits_a_chunked_body_too()
    {
        var head = $"PATCH {Samples.RequestPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {ApiServer.ApiKeyText}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

        var answer = await SendAsync(head + Chunk(new string(' ', 65537)) + Chunk(""));

        Assert.EndsWith(
            PayhubBadInputTests.Problem(
                "rfc7231#section-6.5.11", "Payload Too Large", 413, Samples.RequestPath, "Request is not valid", "Body",
                "Request body must not be larger than 65536 bytes"),
            answer,
            StringComparison.Ordinal);
    }

    private static string Chunk(string text) => string.Create(CultureInfo.InvariantCulture, $"{text.Length:x}\r\n{text}\r\n");

    private static string Length(string body) => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}");

    private string Head(string framing, bool close = true) =>
        $"PATCH {Samples.CancelPath} HTTP/1.1\r\nHost: x\r\n{(close ? "Connection: close\r\n" : "")}Authorization: Bearer {_server.Token()}\r\n"
        + $"X-Merchant-Id: {ApiServer.Merchant}\r\nX-Upstream-Env: dev\r\nContent-Type: application/json\r\n{framing}\r\n\r\n";

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        return client;
    }

    private async Task<string> SendAsync(string request)
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        return await ReadToEndAsync(stream);
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience)) > 0)
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // A reset after the answer ends it as well.
        }
        return text.ToString();
    }
}

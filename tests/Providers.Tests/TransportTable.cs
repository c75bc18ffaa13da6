namespace Payments.Providers.Tests;

/// <summary>What can happen to a connection, and what it means. The same for every adapter; the request must arrive once and no more.</summary>
internal static class TransportTable
{
    private static readonly Dictionary<string, (Func<Exchange, Task> Answer, string Cause)> Rows = new()
    {
        ["reset before the answer"] = (exchange => exchange.ResetAsync(), "ConnectionLost"),
        ["closed before the answer"] = (exchange => exchange.CloseAsync(), "ConnectionLost"),
        ["reset after the headers"] = (
            async exchange =>
            {
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
                await exchange.ResetAsync();
            },
            "ConnectionLost"),
        ["closed in the body"] = (
            async exchange =>
            {
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"pi_1\",");
                await exchange.CloseAsync();
            },
            "ConnectionLost"),
        ["closed in a chunk"] = (
            async exchange =>
            {
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"id\":");
                await exchange.CloseAsync();
            },
            "ConnectionLost"),
        ["not HTTP"] = (
            async exchange =>
            {
                await exchange.WriteAsync("220 mail.example ESMTP\r\n\r\n");
                await exchange.CloseAsync();
            },
            "ConnectionLost"),
        ["a body without end"] = (
            async exchange =>
            {
                await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {int.MaxValue}\r\n\r\n");
                await exchange.UntilClientLeavesAsync();
            },
            "ConnectionLost"),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    public static Func<Exchange, Task> Answer(string name) => Rows[name].Answer;

    public static string Expected(string name) => $"unknown {Rows[name].Cause}";
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Payments.Chaos.Checking;
using Payments.Chaos.Load;

namespace Payments.Chaos.Tests;

/// <summary>The clients' connections against a server that does as it is told: what was sent, what was not, and what nobody knows.</summary>
public sealed class WireTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Request = "GET / HTTP/1.1\r\n\r\n"u8.ToArray();
    private readonly TcpListener server = new(IPAddress.Loopback, 0);
    private readonly Wire wire;

    public WireTests()
    {
        server.Start();
        wire = new Wire(new Uri($"http://{server.LocalEndpoint}"), TimeProvider.System);
    }

    public void Dispose()
    {
        wire.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task An_answer_that_comes_in_pieces_is_read_whole_and_the_connection_is_kept()
    {
        var answering = ServeAsync(static async connection =>
        {
            for (var requests = 0; requests < 2; requests++)
            {
                await ReadAsync(connection);
                foreach (var piece in (string[])["HTTP/1.1 202 Acc", "epted\r\nContent-Le", "ngth: 4\r\n\r\nfo", "ur"])
                    await connection.SendAsync(Encoding.ASCII.GetBytes(piece));
            }
        });

        Assert.Equal(new Reply(Ending.Answered, 202, "four"), await AskAsync());
        Assert.Equal(new Reply(Ending.Answered, 202, "four"), await AskAsync());
        await answering;
    }

    [Fact]
    public async Task A_connection_that_the_server_closes_without_an_answer_is_no_answer_and_is_not_repeated()
    {
        var answering = ServeAsync(ReadAsync);

        Assert.Equal(Ending.NoAnswer, (await AskAsync()).Ending);
        await answering;
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_no_answer()
    {
        var answering = ServeAsync(static async connection =>
        {
            await ReadAsync(connection);
            await connection.SendAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 40\r\n\r\nhalf"u8.ToArray());
        });

        Assert.Equal(new Reply(Ending.NoAnswer, 0, "the answer was cut off"), await AskAsync());
        await answering;
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_waited_for_as_long_as_patience_lasts()
    {
        // Over a connection that is there already: short patience must not be used up by connecting.
        var waited = new TaskCompletionSource();
        var answering = ServeAsync(async connection =>
        {
            await AnswerAsync(connection);
            await waited.Task;
        });
        Assert.Equal(200, (await AskAsync()).Status);

        var reply = await wire.ExchangeAsync(Request, TimeSpan.FromMilliseconds(200), CancellationToken.None);
        waited.SetResult();

        Assert.Equal(new Reply(Ending.NoAnswer, 0, "no answer in time"), reply);
        await answering;
    }

    [Fact]
    public async Task Nobody_who_listens_means_that_nothing_was_sent()
    {
        server.Stop();

        Assert.Equal(Ending.NotSent, (await AskAsync()).Ending);
    }

    [Fact]
    public async Task A_kept_connection_that_the_server_has_closed_meanwhile_is_replaced_before_anything_is_sent()
    {
        await ServeOneAnswerAsync(async () => Assert.Equal(200, (await AskAsync()).Status));

        await ServeOneAnswerAsync(async () => Assert.Equal(200, (await AskAsync()).Status));
    }

    private Task<Reply> AskAsync() => wire.ExchangeAsync(Request, Patience, CancellationToken.None);

    private async Task ServeOneAnswerAsync(Func<Task> ask)
    {
        var answering = ServeAsync(AnswerAsync);
        await ask();
        await answering;
    }

    private static async Task AnswerAsync(Socket connection)
    {
        await ReadAsync(connection);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
    }

    private async Task ServeAsync(Func<Socket, Task> serve)
    {
        using var connection = await server.AcceptSocketAsync().WaitAsync(Patience);
        await serve(connection);
    }

    private static async Task ReadAsync(Socket connection)
    {
        var buffer = new byte[Request.Length];
        for (var read = 0; read < buffer.Length;)
            read += await connection.ReceiveAsync(buffer.AsMemory(read)).AsTask().WaitAsync(Patience);
    }
}

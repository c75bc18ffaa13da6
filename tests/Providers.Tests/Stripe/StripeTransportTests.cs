using System.Net;
using System.Net.Sockets;
using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

public sealed class StripeTransportTests : AdapterTests
{
    public static TheoryData<string> Breaks => TransportTable.Names;

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_connection_that_breaks_leaves_the_outcome_unknown_and_sends_nothing_twice(string name)
    {
        _server.Answer(TransportTable.Answer(name));

        var result = await CancelAsync(_host).Soon();

        Assert.Equal(TransportTable.Expected(name), Outcome.Of(result));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_kept_connection_that_dies_under_the_second_call_does_not_repeat_it()
    {
        _server.Answer(200, Intent("canceled"));
        _server.Answer(exchange => exchange.CloseAsync());

        Assert.Equal("success Canceled", Outcome.Of(await CancelAsync(_host).Soon()));
        Assert.Equal("unknown ConnectionLost", Outcome.Of(await CancelAsync(_host).Soon()));

        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"id\":\"pi_1\",")]
    public async Task No_whole_answer_within_the_deadline_is_a_timeout(string beginning)
    {
        var arrived = _server.Stall(beginning);
        var call = CancelAsync(_host);
        await arrived.Soon();

        _host.Time.Advance(Deadline - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        _host.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("unknown Timeout", Outcome.Of(await call.Soon()));
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_thrown_and_not_a_timeout()
    {
        using var caller = new CancellationTokenSource();
        var arrived = _server.Stall();
        var call = _host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, Call, caller.Token);
        await arrived.Soon();

        await caller.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task A_caller_that_has_already_cancelled_sends_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, Call, new CancellationToken(canceled: true)));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Without_time_left_nothing_is_sent(int milliseconds)
    {
        var call = Call with { Deadline = TimeSpan.FromMilliseconds(milliseconds) };

        var result = await _host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, call, default).Soon();

        Assert.Equal("unknown NotSent", Outcome.Of(result));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_was_certainly_not_sent_to()
    {
        using var bound = new Socket(SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var host = new Host(new Uri($"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}"));

        var result = await CancelAsync(host).Soon();

        Assert.Equal("unknown NotSent", Outcome.Of(result));
        Assert.Contains("connection_refused", Outcome.Words(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_an_address_was_certainly_not_sent_to()
    {
        await using var host = new Host(new Uri("http://stripe.invalid"));

        Assert.Equal("unknown NotSent", Outcome.Of(await CancelAsync(host).Soon()));
    }

    [Fact]
    public async Task A_failed_TLS_handshake_was_certainly_not_sent()
    {
        var url = new UriBuilder(_server.Url) { Scheme = "https" }.Uri;
        await using var host = new Host(url);

        var result = await CancelAsync(host).Soon();

        Assert.Equal("unknown NotSent", Outcome.Of(result));
        Assert.Contains("tls", Outcome.Words(result), StringComparison.Ordinal);
    }

    private static Task<ProviderResult<PaymentIntentSnapshot>> CancelAsync(Host host) =>
        host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, Call, default);
}

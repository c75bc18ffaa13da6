using System.Data.Common;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>What callers see when the cluster behind the API fails: the contract's own error, and nothing about the cause.</summary>
public sealed class FailureTests : IClassFixture<ApiServer>
{
    private const string V2Unexpected = """{"title":"INTERNAL_SERVER_ERROR","status":500,"detail":"Unexpected error"}""";
    private const string V2Unavailable = """{"title":"SERVICE_UNAVAILABLE","status":503,"detail":"Service temporarily unavailable, try again"}""";
    private readonly ApiServer _server;

    public FailureTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Logs.Lines.Clear();
    }

    public static TheoryData<Exception, bool> Failures() => new()
    {
        { new InvalidOperationException("secret detail"), false },
        { new NullReferenceException(), false },
        { new TimeoutException("secret detail"), true },
        { new TaskCanceledException("A task was canceled."), true },
        { new DatabaseDown(), true },
        { new IOException("disk full"), true },
        { new InvalidOperationException("outer", new DatabaseDown()), true },
        { new Orleans.Runtime.SiloUnavailableException("gone"), true },
    };

    [Theory, MemberData(nameof(Failures))]
    public async Task A_failing_grain_answers_500_or_503_and_is_logged_with_its_trace_id(Exception failure, bool isTemporary)
    {
        _server.Grains.OnCancel = (_, _) => Task.FromException<CancelPaymentResult>(failure);
        _server.Grains.OnGet = (_, _, _) => throw failure;
        _server.Grains.OnCreate = (_, _) => Task.FromException<CreatePaymentResult>(failure);
        HttpRequestMessage[] requests =
        [
            _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody),
            _server.V2(HttpMethod.Get, Samples.PaymentPath),
            _server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody),
        ];
        foreach (var request in requests)
        {
            _server.Logs.Lines.Clear();

            var answer = await _server.SendAsync(request);

            answer.ShouldBe(isTemporary ? 503 : 500, isTemporary ? V2Unavailable : V2Unexpected);
            Assert.Equal(isTemporary, answer.Headers.ContainsKey("Retry-After"));
            var line = Assert.Single(_server.Logs.Lines);
            Assert.Contains(answer.Headers["X-Trace-Id"], line, StringComparison.Ordinal);
            Assert.Contains(failure.GetType().Name, line, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Failures))]
    public async Task Payhub_knows_one_answer_to_all_of_them(Exception failure, bool isTemporary)
    {
        _server.Grains.OnCancelRequest = (_, _) => Task.FromException<CancelPaymentRequestOutcome>(failure);
        _server.Grains.OnGetRequest = (_, _) => Task.FromException<GetPaymentRequestResult>(failure);
        _server.Grains.OnNextId = () => Task.FromException<long>(failure);

        var cancel = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Patch, Samples.RequestPath, """{"Status":"canceled"}"""));
        cancel.ShouldBe(500, Failed(Samples.RequestPath, "Failed to cancel payment request"));
        var get = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Get, Samples.RequestPath));
        get.ShouldBe(500, Failed(Samples.RequestPath, "Failed to read payment request"));
        var create = await _server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody));
        create.ShouldBe(500, Failed(Samples.RequestsPath, "Failed to create payment request"));
        Assert.Equal(3, _server.Logs.Lines.Count(line => line.Contains($"temporary: {isTemporary}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_is_an_error_of_ours()
    {
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.Accepted, null, null));
        (await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody))).ShouldBe(500, V2Unexpected);

        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult((CancelPaymentOutcome)99, null, null));
        (await _server.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody))).ShouldBe(500, V2Unexpected);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_does_not_stop_its_cancel_but_stops_its_get()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<CancelPaymentResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Grains.OnCancel = (_, _) =>
        {
            reached.SetResult();
            return answer.Task;
        };
        using (var hangUp = new CancellationTokenSource())
        {
            var cancel = _server.Http.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody), hangUp.Token);
            await reached.Task;
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancel);
        }
        Assert.False(Assert.Single(_server.Grains.Calls).Token.CanBeCanceled);
        answer.SetResult(new CancelPaymentResult(CancelPaymentOutcome.NotFound, null, null));

        _server.Grains.OnGet = async (_, _, token) =>
        {
            reading.SetResult();
            await using var registration = token.Register(stopped.SetResult);
            await stopped.Task;
            throw new OperationCanceledException(token);
        };
        using var leave = new CancellationTokenSource();
        var get = _server.Http.SendAsync(_server.V2(HttpMethod.Get, Samples.PaymentPath), leave.Token);
        await reading.Task;
        await leave.CancelAsync();
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        Assert.Empty(_server.Logs.Lines);
    }

    [Fact]
    public async Task A_cancel_that_fails_after_its_caller_has_gone_is_still_logged()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<CancelPaymentResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Grains.OnCancel = (_, _) =>
        {
            reached.SetResult();
            return answer.Task;
        };
        using var hangUp = new CancellationTokenSource();
        var cancel = _server.Http.SendAsync(_server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody), hangUp.Token);
        await reached.Task;
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancel);

        answer.SetException(new InvalidOperationException("defect"));

        Assert.Contains("InvalidOperationException", await _server.Logs.NextAsync(), StringComparison.Ordinal);
    }

    private static string Failed(string path, string detail) =>
        $$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"One or more errors occurred.","Status":500,"Instance":"{{path}}","TraceId":null,"Detail":"{{detail}}","Errors":[{"Name":"Server","Reason":"Internal server error","Code":null,"Severity":null}]}""";

    private sealed class DatabaseDown : DbException;
}

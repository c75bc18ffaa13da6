using System.Text.Json;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>The lists of both contracts: what reaches the grain, what comes back, and what is refused.</summary>
public sealed class ListTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly ListPosition Position = new(ApiServer.Now.AddMicroseconds(7), "770e8400e29b41d4a716446655440000");

    [Fact]
    public async Task A_page_of_payments_and_the_cursor_of_the_next_one()
    {
        server.Grains.OnList = (_, _) => Task.FromResult(new PaymentPage([Samples.Payment(PaymentStatus.Cancelled)], Position));
        var answer = await V2Async("");
        using var body = JsonDocument.Parse(answer.Body);
        var cursor = body.RootElement.GetProperty("paging").GetProperty("next").GetString()!;
        answer.ShouldBe(200, $$$"""
            {"data":[{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCELED"}],"createdAt":"2026-04-04T12:00:00Z"}],"paging":{"next":"{{{cursor}}}"}}
            """.Trim());

        server.Grains.OnList = (_, _) => Task.FromResult(new PaymentPage([], null));
        (await V2Async($"?cursor={cursor}")).ShouldBe(200, """{"data":[],"paging":{"next":null}}""");
        Assert.Equal(Position, Last<ListPayments>().After);
    }

    [Fact]
    public async Task A_page_of_payment_requests_in_the_other_contract_s_spelling()
    {
        server.Grains.OnListRequests = (_, _) => Task.FromResult(new PaymentRequestPage([Samples.Request(PaymentRequestStatus.InProgress)], null));
        var answer = await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, $"{Samples.RequestsPath}?Status=in_progress&Limit=7&From=2026-04-04T00:00:00Z"));
        answer.ShouldBe(200, """
            {"Data":[{"PaymentRequestId":27,"Provider":"klarna","PaymentType":"StaticQR","Amount":100.00,"Currency":"EUR","Description":"till 3","Status":"in_progress","Paycode":"RF18539007547034","Paylink":"https://pay.example/27","CreatedAt":"2026-04-04T12:00:00Z","UpdatedAt":"2026-04-04T12:00:00.1234567Z","PaymentId":null,"Refunds":[]}],"Paging":{"Next":null}}
            """.Trim());
        Assert.Equal(
            new ListPaymentRequests(PaymentRequestStatus.InProgress, new DateTimeOffset(2026, 4, 4, 0, 0, 0, TimeSpan.Zero), null, null, 7),
            Last<ListPaymentRequests>());
    }

    [Fact]
    public async Task What_is_asked_for_reaches_the_caller_s_own_list()
    {
        server.Grains.OnList = (_, _) => Task.FromResult(new PaymentPage([], null));
        Assert.Equal(200, (await V2Async("")).Status);
        Assert.Equal(new ListPayments(null, null, null, null, null, 50), Last<ListPayments>());
        Assert.Equal(ApiServer.Merchant, server.Grains.Calls.Last().Key);

        Assert.Equal(200, (await V2Async("?merchantTransactionId=order-1&status=CANCEL_FAILED&from=2026-04-04T14:00:00+02:00&to=2026-04-05T12:00:00.5Z&limit=200")).Status);
        Assert.Equal(
            new ListPayments("order-1", PaymentStatus.CancelFailed, ApiServer.Now, ApiServer.Now.AddDays(1).AddMilliseconds(500), null, 200),
            Last<ListPayments>());
        Assert.Equal(200, (await V2Async("?from=2026-04-04T14%3A00%3A00%2B02%3A00")).Status);
        Assert.Equal(ApiServer.Now, Last<ListPayments>().From);
    }

    [Fact]
    public async Task Every_state_can_be_asked_for_in_both_contracts()
    {
        server.Grains.OnList = (_, _) => Task.FromResult(new PaymentPage([], null));
        server.Grains.OnListRequests = (_, _) => Task.FromResult(new PaymentRequestPage([], null));
        foreach (var status in Enum.GetValues<PaymentStatus>())
        {
            await V2Async($"?status={status.ToWire()}");
            Assert.Equal(status, Last<ListPayments>().Status);
        }
        foreach (var (word, status) in ((string, PaymentRequestStatus)[])[("submitted", PaymentRequestStatus.Submitted), ("canceled", PaymentRequestStatus.Canceled), ("cancel_pending", PaymentRequestStatus.CancelPending)])
        {
            await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, $"{Samples.RequestsPath}?Status={word}"));
            Assert.Equal(status, Last<ListPaymentRequests>().Status);
        }
    }

    [Theory]
    [InlineData("?status=cancelled", "Invalid enum value")]
    [InlineData("?status=CANCELED", "Invalid enum value")]
    [InlineData("?status=10", "Invalid enum value")]
    [InlineData("?status=", "Invalid enum value")]
    [InlineData("?status=FAILED&status=COMPLETED", "status must be given once")]
    [InlineData("?limit=0", "limit must be an integer from 1 to 200")]
    [InlineData("?limit=201", "limit must be an integer from 1 to 200")]
    [InlineData("?limit=-1", "limit must be an integer from 1 to 200")]
    [InlineData("?limit=1.5", "limit must be an integer from 1 to 200")]
    [InlineData("?limit=", "limit must be an integer from 1 to 200")]
    [InlineData("?limit=99999999999", "limit must be an integer from 1 to 200")]
    [InlineData("?from=2026-04-04", "from must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("?from=2026-04-04T12:00:00", "from must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("?to=2026-02-30T12:00:00Z", "to must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("?to=yesterday", "to must be a time with its offset, like 2026-04-04T12:00:00Z")]
    [InlineData("?from=2026-04-05T00:00:00Z&to=2026-04-04T00:00:00Z", "from must not be after to")]
    [InlineData("?merchantTransactionId=", "merchantTransactionId must have 1 to 50 characters")]
    [InlineData("?merchantTransactionId=123456789012345678901234567890123456789012345678901", "merchantTransactionId must have 1 to 50 characters")]
    [InlineData("?state=CANCELLED", "Query parameter is not known")]
    [InlineData("?Status=CANCELLED", "Query parameter is not known")]
    [InlineData("?cursor=", "cursor is not one that a list has returned")]
    [InlineData("?cursor=next", "cursor is not one that a list has returned")]
    [InlineData("?cursor=1%27%20OR%201=1", "cursor is not one that a list has returned")]
    public async Task What_makes_no_sense_is_400(string query, string detail)
    {
        server.Grains.Calls.Clear();
        (await V2Async(query)).ShouldBe(400, $$"""{"title":"INVALID_REQUEST","status":400,"detail":"{{detail}}"}""");
        Assert.Empty(server.Grains.Calls);
    }

    [Fact]
    public async Task A_cursor_with_any_one_character_changed_or_cut_is_refused_or_is_another_place_and_never_an_error_of_ours()
    {
        server.Grains.OnList = (_, _) => Task.FromResult(new PaymentPage([], Position));
        using var body = JsonDocument.Parse((await V2Async("")).Body);
        var cursor = body.RootElement.GetProperty("paging").GetProperty("next").GetString()!;
        for (var at = 0; at < cursor.Length; at++)
        {
            Assert.Contains((await V2Async($"?cursor={cursor[..at]}")).Status, (int[])[200, 400]);
            foreach (var other in "A_-9zZ%+=")
                Assert.Contains((await V2Async($"?cursor={Uri.EscapeDataString($"{cursor[..at]}{other}{cursor[(at + 1)..]}")}")).Status, (int[])[200, 400]);
        }
        foreach (var wrong in (string[])[$"{cursor}A", $"{cursor}=", $" {cursor}", cursor + cursor + cursor, new string('A', 1000)])
            Assert.Equal(400, (await V2Async($"?cursor={Uri.EscapeDataString(wrong)}")).Status);
    }

    [Fact]
    public async Task Payhub_names_the_parameter_that_makes_no_sense()
    {
        var answer = await server.SendAsync(ApiServer.Payhub(HttpMethod.Get, $"{Samples.RequestsPath}?Status=CANCELED"));
        answer.ShouldBe(400, """
            {"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.1","Title":"Bad Request","Status":400,"Instance":"/api/payhub/v1/payment/request","TraceId":null,"Detail":"Request is not valid","Errors":[{"Name":"Status","Reason":"Status must be one of submitted, in_progress, completed, declined, expired, cancel_pending, canceled, cancel_failed","Code":null,"Severity":null}]}
            """.Trim());
    }

    [Fact]
    public async Task Nobody_lists_without_being_known()
    {
        var v2 = server.V2(HttpMethod.Get, "/v2/payments");
        v2.Headers.Authorization = null;
        Assert.Equal(401, (await server.SendAsync(v2)).Status);
        Assert.Equal(401, (await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, Samples.RequestsPath))).Status);
    }

    private TQuery Last<TQuery>() => Assert.IsType<TQuery>(server.Grains.Calls.Last().Argument);

    private Task<Answer> V2Async(string query) => server.SendAsync(server.V2(HttpMethod.Get, $"/v2/payments{query}"));
}

using System.Diagnostics;
using System.Net;
using System.Text;

namespace Payments.Sandbox.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"sandbox-{Guid.NewGuid():N}.jsonl");
    private readonly ManualClock _clock = new();

    private SandboxOptions Options => new() { DataFile = _file };

    [Fact]
    public async Task A_restarted_sandbox_remembers_objects_ledger_keys_secrets_and_webhooks()
    {
        string id, refunded, klarna, before;
        Answer created, failed;
        await using (var sandbox = await SandboxHost.StartAsync(Options, _clock))
        using (var client = new Client(sandbox.BaseAddress))
        {
            id = await client.CreateAsync(more: "&capture_method=manual&metadata[payment_id]=p1");
            created = await client.PostAsync("v1/payment_intents", "amount=7&currency=usd&metadata[ü]=ü\"", "key");
            refunded = await client.CreateAsync("pm_card_pendingRefund", "");
            await client.PostAsync("v1/refunds", $"payment_intent={refunded}&amount=100", "refund");
            sandbox.Faults.Add(new("payment_intent.cancel", FaultKind.Error500, Phase: FaultPhase.After));
            failed = await client.PostAsync($"v1/payment_intents/{id}/cancel", "", "cancel");
            klarna = (await client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":1,"currency":"EUR"}""", "key")).Text("payment_request_id");
            await client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{klarna}");
            await client.JsonAsync(HttpMethod.Put, "control/merchants/shop", """{"secret":"whsec_AAAA"}""");
            await client.JsonAsync(HttpMethod.Post, "merchants/shop/webhooks", """{"payload":{"id":"p1"}}""");
            before = (await client.JsonAsync(HttpMethod.Get, "ledger/operations")).Body.GetRawText();
        }

        await using (var sandbox = await SandboxHost.StartAsync(Options, _clock))
        using (var client = new Client(sandbox.BaseAddress))
        {
            Assert.Equal(before, (await client.JsonAsync(HttpMethod.Get, "ledger/operations")).Body.GetRawText());
            Assert.Equal("canceled", (await client.GetAsync($"v1/payment_intents/{id}")).Text("status"));
            Assert.Equal(id, Assert.Single(sandbox.Stripe.FindByMetadata("payment_id", "p1")).Id);
            Assert.Equal([refunded, created.Text("id"), id], (await client.GetAsync("v1/payment_intents")).Body.GetProperty("data")
                .EnumerateArray().Select(found => found.GetProperty("id").GetString()));
            Assert.Equal(100, sandbox.Stripe.Find(refunded)!.AmountRefunded);
            Assert.Equal("pending", Assert.Single(sandbox.Stripe.Refunds(refunded)).Status);
            Assert.Equal("CANCELED", sandbox.Klarna.Find(klarna)!.StateName);
            Assert.Equal("p1", Assert.Single(sandbox.Ledger.Webhooks("shop")).Payment);
            Assert.True((await client.JsonAsync(HttpMethod.Get, "control/merchants/shop")).Body.GetProperty("hasSecret").GetBoolean());

            var replay = await client.PostAsync("v1/payment_intents", "amount=7&currency=usd&metadata[ü]=ü\"", "key");
            Assert.Equal(("true", created.Body.GetRawText()), (replay.Header("Idempotent-Replayed"), replay.Body.GetRawText()));
            var stillFailed = await client.PostAsync($"v1/payment_intents/{id}/cancel", "", "cancel");
            Assert.Equal((HttpStatusCode.InternalServerError, failed.Body.GetRawText()), (stillFailed.Status, stillFailed.Body.GetRawText()));
            Assert.Equal("100", (await client.PostAsync("v1/refunds", $"payment_intent={refunded}&amount=100", "refund")).Body.GetProperty("amount").GetRawText());
            var request = await client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":1,"currency":"EUR"}""", "key");
            Assert.Equal(klarna, request.Text("payment_request_id"));
            Assert.Equal(before, (await client.JsonAsync(HttpMethod.Get, "ledger/operations")).Body.GetRawText());
        }
    }

    [Fact]
    public async Task A_line_torn_by_a_kill_is_cut_off_and_the_rest_remembered()
    {
        string id;
        await using (var sandbox = await SandboxHost.StartAsync(Options, _clock))
        using (var client = new Client(sandbox.BaseAddress))
            id = await client.CreateAsync();
        await File.AppendAllTextAsync(_file, """{"At":"2026-06-01T12:00:00+00:00","Operations":["payment_int""");

        for (var restart = 0; restart < 2; restart++)
        {
            await using var sandbox = await SandboxHost.StartAsync(Options, _clock);
            using var client = new Client(sandbox.BaseAddress);
            Assert.Equal("requires_capture", (await client.GetAsync($"v1/payment_intents/{id}")).Text("status"));
            await client.CreateAsync();
            Assert.Equal(2 * (restart + 2), sandbox.Ledger.Operations().Count);
        }
    }

    [Fact]
    public async Task A_damaged_line_in_the_middle_stops_the_start_instead_of_losing_history()
    {
        await File.WriteAllTextAsync(_file, "{\"At\":\"2026-06-01T12:00:00+00:00\"}\nrubbish\n{\"At\":\"2026-06-01T12:00:00+00:00\"}\n");
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => SandboxHost.StartAsync(Options, _clock));
        Assert.Contains("byte 35", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_sandboxes_do_not_share_a_file()
    {
        await using var first = await SandboxHost.StartAsync(Options, _clock);
        await Assert.ThrowsAsync<IOException>(() => SandboxHost.StartAsync(Options, _clock));
    }

    [Fact]
    public async Task What_was_answered_survives_a_kill_of_the_process()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Payments.Sandbox.dll");
        string id;
        using (var process = Start(program))
        {
            try
            {
                using var client = new Client(await AddressAsync(process));
                id = await client.CreateAsync(key: "k");
                await client.PostAsync($"v1/payment_intents/{id}/cancel", "cancellation_reason=duplicate");
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        await using var restarted = await SandboxHost.StartAsync(Options);
        Assert.Equal("duplicate", restarted.Stripe.Find(id)!.CancellationReason);
        Assert.Equal(3, restarted.Ledger.Operations(id).Count);
        using var again = new Client(restarted.BaseAddress);
        Assert.Equal(id, await again.CreateAsync(key: "k"));
    }

    public void Dispose() => File.Delete(_file);

    private Process Start(string program) => Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host
        && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [program, "--urls", "http://127.0.0.1:0", "--data", _file])
    {
        RedirectStandardOutput = true,
    })!;

    private static async Task<Uri> AddressAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var printed = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            printed.AppendLine(line);
            if (line.LastIndexOf("http://", StringComparison.Ordinal) is var start and >= 0)
                return new Uri(line[start..]);
        }
        throw new InvalidOperationException($"The sandbox printed no address: {printed}");
    }
}

using Payments.Bench.Load;
using Payments.Bench.Measure;

namespace Payments.Bench;

/// <summary>One measurement on one storage: a warm-up, then rounds of creates, cancels and checks.</summary>
internal sealed class StorageRun(BenchOptions options, TimeProvider time, TextWriter output)
{
    /// <summary>Measures.</summary>
    /// <exception cref="BenchException">No figure can be given.</exception>
    public async Task<Figures> RunAsync(BenchStorage kind)
    {
        var storage = kind.Name();
        output.WriteLine($"{storage}: starting sandbox and silo");
        await using var target = await Target.StartAsync(kind);
        using var ledger = new LedgerClient(target.Sandbox.BaseAddress);
        using var silo = new SiloClient(target.Silo.BaseAddress, target.Token);
        using var clients = await Clients.OpenAsync(options.Clients, target.Silo.BaseAddress, target.PublicUrl, target.Token);
        await ledger.ConfigureMerchantAsync();

        output.WriteLine($"{storage}: warming up with {options.Warmup} payments");
        await WarmUpAsync(clients, ledger, silo);

        var rounds = new List<Round>();
        for (var done = 0; done < options.Payments; done += options.RoundSize)
        {
            var size = Math.Min(options.RoundSize, options.Payments - done);
            output.WriteLine($"{storage}: payments {done + 1} to {done + size}: creating, cancelling, checking against the ledger");
            rounds.Add(await RoundAsync(target, clients, ledger, silo, options.Warmup + done, size));
        }

        return new Figures(
            storage,
            Rate(rounds.Aggregate(TimeSpan.Zero, static (sum, round) => sum + round.Creating)),
            Rate(rounds.Aggregate(TimeSpan.Zero, static (sum, round) => sum + round.Cancelling)),
            Latencies.Of([.. rounds.SelectMany(static round => round.Ticks)]),
            StorageCounters.Sum(rounds.Select(static round => round.Storage)).RowsPerCommit,
            target.SiloPeakMegabytes,
            target.SiloMegabytes,
            ProcessorTimes.Sum(rounds.Select(static round => round.CancelCpu)),
            ProcessorTimes.Sum(rounds.Select(static round => round.CreateCpu)),
            rounds.Sum(static round => round.CancelCalls),
            rounds.Sum(static round => round.Webhooks),
            [.. rounds.SelectMany(static round => round.Failures)]);
    }

    private async Task<Round> RoundAsync(Target target, Clients clients, LedgerClient ledger, SiloClient silo, int done, int size)
    {
        var operationsBefore = await ledger.CountOperationsAsync();
        var cpuAtCreate = await ProcessorTimes.ReadAsync(target.Silo, target.Sandbox, target.Postgres);
        var createBegun = time.GetUtcNow();
        var payments = await clients.CreateAsync(done, size);
        await ledger.WaitForOperationsAsync("payment_intent.authorized", done + size);
        var createCpu = (await ProcessorTimes.ReadAsync(target.Silo, target.Sandbox, target.Postgres)).Since(cpuAtCreate);
        await silo.WaitForRestAsync("AUTHORIZED", size);

        var check = new LedgerCheck(ledger, silo, payments);
        var createEnded = await check.LastAuthorizedAsync(operationsBefore);
        var before = await ReadAsync(target, ledger, silo);
        var cancelBegun = time.GetUtcNow();
        var answers = await clients.CancelAsync(payments);
        if (answers.Wrong == 0)
            await ledger.WaitForWebhooksAsync(done + size);
        var after = await ReadAsync(target, ledger, silo);
        check.Expect(answers.Wrong == 0, $"{answers.Wrong} answers were not the contract's 202, the first one: {answers.FirstWrong}");
        if (answers.Wrong == 0)
            await silo.WaitForRestAsync(status: null, 0);

        await check.CheckCancelsAsync(operationsBefore);
        var (webhooks, cancelEnded) = await check.CheckWebhooksAsync(before.Webhooks);
        await check.CheckReadsAsync();
        return new Round(
            createEnded - createBegun,
            cancelEnded - cancelBegun,
            answers.Ticks,
            after.Storage.Since(before.Storage),
            after.Cpu.Since(before.Cpu),
            createCpu,
            after.CancelCalls - before.CancelCalls,
            webhooks,
            check.Failures);
    }

    private async Task WarmUpAsync(Clients clients, LedgerClient ledger, SiloClient silo)
    {
        if (options.Warmup == 0)
            return;

        var payments = await clients.CreateAsync(firstNumber: 0, options.Warmup);
        await ledger.WaitForOperationsAsync("payment_intent.authorized", options.Warmup);
        await silo.WaitForRestAsync("AUTHORIZED", options.Warmup);
        var answers = await clients.CancelAsync(payments);
        if (answers.Wrong > 0)
            throw new BenchException($"A cancel of the warm-up was answered {answers.FirstWrong}");
        await ledger.WaitForWebhooksAsync(options.Warmup);
        await silo.WaitForRestAsync(status: null, 0);
    }

    private static async Task<Reading> ReadAsync(Target target, LedgerClient ledger, SiloClient silo) => new(
        await ProcessorTimes.ReadAsync(target.Silo, target.Sandbox, target.Postgres),
        await silo.StorageAsync(),
        await ledger.CountCallsAsync("payment_intent.cancel"),
        await ledger.CountWebhooksAsync());

    private double Rate(TimeSpan duration) => duration > TimeSpan.Zero ? Math.Round(options.Payments / duration.TotalSeconds, 1) : 0;

    /// <summary>What one round gave.</summary>
    private sealed record Round(
        TimeSpan Creating,
        TimeSpan Cancelling,
        long[] Ticks,
        StorageCounters Storage,
        ProcessorTimes CancelCpu,
        ProcessorTimes CreateCpu,
        long CancelCalls,
        long Webhooks,
        IReadOnlyList<string> Failures);

    private sealed record Reading(ProcessorTimes Cpu, StorageCounters Storage, long CancelCalls, long Webhooks);
}

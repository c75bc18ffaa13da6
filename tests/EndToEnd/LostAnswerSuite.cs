using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Provider calls that fail in every way there is; no payment may end wrong.</summary>
public abstract class LostAnswerSuite(Deployment deployment)
{
    private const int Seed = 20260404;
    private const int PaymentsMany = 240;

    // A payment is told of its create's fate in one of so many look-ups of all payments, at the latest.
    private const int LookUpsMax = 2000;

    // What can happen to a call whose outcome the caller then does not know.
    private static readonly Unknown[] Unknowns =
    [
        new("drop_before", "before"), new("drop_after", "after"), new("error_500", "before"), new("error_500", "after"),
        new("rate_limit", "before"), new("lock_timeout", "before"), new("idempotency_in_use", "before"), new("status", "before"),
    ];

    private MerchantClient Merchant => deployment.Merchant;

    private SandboxClient Sandbox => deployment.Sandbox;

    [DatabaseFact]
    public async Task However_the_answer_to_a_void_is_lost_the_payment_is_voided_once()
    {
        var cases = Unknowns.SelectMany(static unknown => new[] { 1, 2 }.Select(count => (Unknown: unknown, Count: count)));
        await Task.WhenAll(cases.Select(async lost =>
        {
            var payment = await Merchant.CreateAsync();
            await Sandbox.OrderAsync(lost.Unknown.Of("payment_intent.cancel", payment.TransactionId, lost.Count));
            (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
        }));
    }

    [DatabaseFact]
    public async Task However_slow_the_void_or_its_answer_is_the_payment_is_voided_once()
    {
        await Task.WhenAll(new[] { "before", "after" }.Select(async phase =>
        {
            var payment = await Merchant.CreateAsync();
            await Sandbox.OrderAsync(new Fault("payment_intent.cancel", "latency", LatencyMs: 4000, Phase: phase, Match: payment.TransactionId));
            (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
        }));
    }

    [DatabaseFact]
    public async Task However_the_answer_to_a_create_is_lost_there_is_one_charge_and_it_can_be_cancelled()
    {
        var calls = (await Sandbox.CallsAsync("payment_intent.create")).Count;
        var payments = await Task.WhenAll(Unknowns.Select(async unknown =>
        {
            var payment = Merchant.NewPayment();
            await Sandbox.OrderAsync(unknown.Of("payment_intent.create", payment.TransactionId));
            (await Merchant.SendCreateAsync(payment)).Is(202, payment.Accepted("INITIATED"));
            return payment;
        }));
        await Sandbox.WaitForCallsAsync("payment_intent.create", calls: calls + Unknowns.Sum(static unknown => unknown.CreateCalls(count: 1)));
        foreach (var payment in payments)
        {
            (await ResolveAsync(payment)).Is(202, payment.Accepted("AUTHORIZED"));
            Assert.Equal(1, (await Sandbox.HistoryAsync(payment))!.Count("payment_intent.create"));
            (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
        }
    }

    [DatabaseFact]
    public async Task Money_taken_while_the_cancel_had_no_answer_is_given_back_once()
    {
        await Task.WhenAll(Unknowns.Select(async unknown =>
        {
            var payment = await Merchant.CreateAsync();
            var silence = await Sandbox.OrderAsync(Fault.Unavailable("payment_intent.cancel", payment.TransactionId, count: -1));
            await Sandbox.OrderAsync(unknown.Of("refund.create", $"{payment.Id}"));
            (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await Sandbox.CaptureAsync(await Sandbox.IntentIdAsync(payment));
            await Sandbox.ClearFaultsAsync(silence);
            await deployment.AssertCancelledAsync(Merchant, payment);
            Assert.Equal("succeeded", (await Sandbox.HistoryAsync(payment))!.PaymentIntent.Status);
        }));
    }

    [DatabaseFact]
    public async Task Hundreds_of_payments_with_faults_everywhere_all_end_right()
    {
        var random = new Random(Seed);
        var fates = Enumerable.Range(0, PaymentsMany).Select(_ => Fate.Draw(random, Merchant.NewPayment())).ToArray();
        var calls = (await Sandbox.CallsAsync("payment_intent.create")).Count;
        foreach (var fate in fates)
        {
            foreach (var fault in fate.Faults)
                await Sandbox.OrderAsync(fault);
        }

        await Task.WhenAll(fates.Select(async fate =>
            (await Merchant.SendCreateAsync(fate.Payment, fate.Method, !fate.IsBankDebit)).Is(202, fate.Payment.Accepted("INITIATED"))));
        await Sandbox.WaitForCallsAsync("payment_intent.create", calls: calls + fates.Sum(static fate => fate.CreateCalls));
        await Task.WhenAll(fates.Select(CancelAsync));
        await Task.WhenAll(fates.Select(fate => deployment.AssertCancelledAsync(Merchant, fate.Payment)));
        await Sandbox.ClearFaultsAsync();
    }

    private async Task CancelAsync(Fate fate)
    {
        var resting = fate.IsBankDebit ? "ACCEPTED" : "AUTHORIZED";
        (await ResolveAsync(fate.Payment, fate.Method, !fate.IsBankDebit)).Is(202, fate.Payment.Accepted(resting));
        var intent = await Sandbox.IntentIdAsync(fate.Payment);
        if (fate.IsBankDebit)
            await Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        (await Merchant.CancelAsync(fate.Payment)).Is(202, fate.Payment.Accepted("CANCEL_INITIALIZED"));
        if (fate.IsBankDebit)
            await Sandbox.MoveIntentAsync(intent, "settle");
    }

    /// <summary>All creates were sent; one whose answer was stored as a 500 is found by a look-up, and only the next look-up tells when.</summary>
    private async Task<Answer> ResolveAsync(Payment payment, Guid? method = null, bool authorizeOnly = true)
    {
        for (var tries = 1; ; tries++)
        {
            var lookUps = await Sandbox.CallsAsync("payment_intent.list");
            var answer = await Merchant.RestAsync(payment, method, authorizeOnly);
            if (tries == LookUpsMax || answer.Body != payment.Accepted("PROCESSING"))
                return answer;
            await Sandbox.WaitForCallsAsync("payment_intent.list", calls: lookUps.Count + 1);
        }
    }

    /// <summary>A way to lose an answer.</summary>
    private sealed record Unknown(string Kind, string Phase)
    {
        /// <summary>The fault, for an operation on an object.</summary>
        public Fault Of(string operation, string match, int count = 1) =>
            new(operation, Kind, count, Phase: Phase, Match: match, StatusCode: Kind == "status" ? 502 : null);

        /// <summary>How many creates are sent when so many are hit: what exists after a stored 500 is found, not created again.</summary>
        public int CreateCalls(int count) => this is { Kind: "error_500", Phase: "after" } ? 1 : 1 + count;
    }

    /// <summary>What goes wrong with one payment, drawn from the seed.</summary>
    private sealed record Fate(Payment Payment, bool IsBankDebit, IReadOnlyList<Fault> Faults, int CreateCalls)
    {
        private const double FaultyShare = 0.4;
        private const double BankDebitShare = 0.15;
        private const double RefusedWebhookShare = 0.02;

        public Guid Method => IsBankDebit ? Payment.Merchant.BankAccount : Payment.Merchant.Card;

        public static Fate Draw(Random random, Payment payment)
        {
            var faults = new List<Fault>();
            var isBankDebit = random.NextDouble() < BankDebitShare;
            var createCalls = Add("payment_intent.create", payment.TransactionId);
            Add("payment_intent.cancel", payment.TransactionId);
            Add("payment_intent.retrieve", payment.TransactionId);
            Add("refund.create", $"{payment.Id}");
            if (random.NextDouble() < RefusedWebhookShare)
                faults.Add(new Fault($"webhook:{payment.Merchant.Id}", "status", Match: $"{payment.Id}", StatusCode: 500));
            return new Fate(payment, isBankDebit, faults, createCalls);

            int Add(string operation, string match)
            {
                if (random.NextDouble() >= FaultyShare)
                    return 1;
                var unknown = Unknowns[random.Next(Unknowns.Length)];
                var count = random.Next(1, 3);
                faults.Add(unknown.Of(operation, match, count));
                return unknown.CreateCalls(count);
            }
        }
    }
}

/// <summary>See <see cref="LostAnswerSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class LostAnswersOnSqlite(SqliteDeployment deployment) : LostAnswerSuite(deployment);

/// <summary>See <see cref="LostAnswerSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class LostAnswersOnPostgres(PostgresDeployment deployment) : LostAnswerSuite(deployment);

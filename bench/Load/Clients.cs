using System.Diagnostics;
using System.Text;
using Payments.Testing.Processes;

namespace Payments.Bench.Load;

/// <summary>The merchant's clients: each has one connection, and sends its next request when the last one is answered.</summary>
internal sealed class Clients : IDisposable
{
    private const string Visa = "11111111-1111-4111-8111-111111111111";
    private const int AcceptedStatus = 202;
    private const int NumberLength = 8;
    private const int IdLength = 36;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Client[] clients;
    private readonly string publicUrl;

    private Clients(Client[] clients, string publicUrl)
    {
        this.clients = clients;
        this.publicUrl = publicUrl;
    }

    /// <summary>Opens all connections.</summary>
    public static async Task<Clients> OpenAsync(int count, Uri silo, string publicUrl, string token)
    {
        var headers = $"Authorization: Bearer {token}\r\nX-Merchant-Id: {PaymentsProcesses.Merchant}\r\nX-Upstream-Env: dev\r\nX-Source: {BenchPayment.Source}\r\n";
        var create = RequestTemplate.Create(
            "POST", "/v2/payments",
            $$"""{"merchantTransactionId":"bench-{word}","amount":{{BenchPayment.AmountCents}},"currencyCode":"USD","authorizeCard":true,"paymentAllocations":[{"amount":{{BenchPayment.AmountCents}},"paymentMethodId":"{{Visa}}"}]}""",
            silo, headers, NumberLength);
        var cancel = RequestTemplate.Create(
            "PATCH", "/v2/payments/{word}/cancel", """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind"}""",
            silo, headers, IdLength);
        var clients = new Client[count];
        for (var index = 0; index < count; index++)
            clients[index] = new Client(await RawConnection.OpenAsync(silo), create.Clone(), cancel.Clone());
        return new Clients(clients, publicUrl);
    }

    /// <summary>Creates payments.</summary>
    /// <param name="firstNumber">Number of the first one; never used before.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="BenchException">One was not accepted.</exception>
    public async Task<BenchPayment[]> CreateAsync(int firstNumber, int count)
    {
        var payments = new BenchPayment[count];
        await ShareAsync(count, async (client, index) =>
        {
            var number = firstNumber + index;
            var (status, body) = await client.Connection.ExchangeAsync(client.Create.With(number, "D8"));
            if (status != AcceptedStatus)
                throw new BenchException($"A create was answered {status}: {Encoding.UTF8.GetString(body.Span)}");
            payments[index] = BenchPayment.Of(body.Span, number);
        });
        return payments;
    }

    /// <summary>Cancels payments and measures each request.</summary>
    /// <returns>How long each took, and the answers that were not as they must be.</returns>
    public async Task<CancelAnswers> CancelAsync(BenchPayment[] payments)
    {
        var ticks = new long[payments.Length];
        var wrong = 0;
        string? firstWrong = null;
        await ShareAsync(payments.Length, async (client, index) =>
        {
            var request = client.Cancel.With(payments[index].Id, "D");
            var begun = Stopwatch.GetTimestamp();
            var (status, body) = await client.Connection.ExchangeAsync(request);
            ticks[index] = Stopwatch.GetTimestamp() - begun;
            if (!client.IsAccepted(status, body.Span, payments[index], publicUrl) && Interlocked.Increment(ref wrong) == 1)
                firstWrong = $"{status} {Encoding.UTF8.GetString(body.Span)}";
        });
        return new CancelAnswers(ticks, wrong, firstWrong);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in clients)
            client.Connection.Dispose();
    }

    private async Task ShareAsync(int count, Func<Client, int, Task> work)
    {
        var next = -1;
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            for (var index = Interlocked.Increment(ref next); index < count; index = Interlocked.Increment(ref next))
                await work(client, index);
        }))).WaitAsync(Patience);
    }

    private sealed record Client(RawConnection Connection, RequestTemplate Create, RequestTemplate Cancel)
    {
        // Every answer is compared, most of them by what differs between a right and a wrong one; every 64th byte for byte.
        private const int WholeEvery = 64;

        private int answers;

        public bool IsAccepted(int status, ReadOnlySpan<byte> body, BenchPayment payment, string publicUrl)
        {
            if (answers++ % WholeEvery == 0)
                return status == AcceptedStatus && body.SequenceEqual(Encoding.UTF8.GetBytes(payment.CancelInitialized(publicUrl)));
            return status == AcceptedStatus && body.IndexOf("\"status\":\"CANCEL_INITIALIZED\",\"paymentAllocations\""u8) > 0;
        }
    }
}

/// <summary>What the clients saw of the cancels.</summary>
/// <param name="Ticks">Duration of each request in <see cref="Stopwatch"/> ticks.</param>
/// <param name="Wrong">How many answers were not the contract's 202.</param>
/// <param name="FirstWrong">The first of them, or null.</param>
internal sealed record CancelAnswers(long[] Ticks, int Wrong, string? FirstWrong);

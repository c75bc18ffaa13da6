using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Runtime;
using Payments.Cluster.Harness;
using Payments.Sandbox;
using Payments.Silo.Configuration;
using Payments.Testing;

namespace Payments.Cluster.Client;

/// <summary>An internal service with <c>AddPaymentsClient</c>, and what its calls meet.</summary>
public sealed class ClientTests
{
    private const string Actor = "client-test";

    [PostgresFact]
    public async Task A_service_reads_and_cancels_payments_through_their_grains()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var silo = await cluster.StartNodeAsync();
        var reader = await CreateReaderAsync(cluster.Database);
        using var host = await ConnectAsync(cluster, options => options.ConnectionString = reader.ConnectionString);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        Assert.True(host.Services.GetRequiredService<PaymentsConnection>().IsConnected);

        var payment = await TestCluster.AuthorizeAsync(silo.Grains);
        var view = await grains.GetPaymentAsync(TestCluster.Merchant, payment);
        Assert.Equal((payment, PaymentStatus.Authorized), (view!.Id, view.Status));
        Assert.Equal(view.Id, (await grains.GetPayment(TestCluster.Merchant, view.MerchantTransactionId).GetAsync(TestCluster.Merchant))!.Id);
        Assert.Null(await grains.GetPaymentAsync(Guid.NewGuid(), payment));
        var foreign = await grains.CancelPaymentAsync(Guid.NewGuid(), payment, CancellationReason.Duplicate, Actor);
        Assert.Equal(CancelPaymentOutcome.NotFound, foreign.Outcome);

        var cancelled = await grains.CancelPaymentAsync(TestCluster.Merchant, payment, CancellationReason.Abandoned, Actor, "never came back");
        Assert.Equal((CancelPaymentOutcome.Accepted, PaymentStatus.CancelInitialized), (cancelled.Outcome, cancelled.Payment!.Status));
        await cluster.AssertVoidedOnceAsync(grains, [payment]);
        await host.StopAsync();
        await TestPostgres.ExecuteAsync(cluster.Database, $"DROP OWNED BY {reader.Username}; DROP ROLE {reader.Username}");
    }

    [PostgresFact]
    public async Task What_is_malformed_never_leaves_the_caller()
    {
        await using var cluster = await TestCluster.CreateAsync();
        await cluster.StartNodeAsync(ClusterRole.Silo);
        using var host = await ConnectAsync(cluster);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var id = Guid.NewGuid();
        Func<object>[] calls =
        [
            () => grains.GetPayment(Guid.Empty),
            () => grains.GetPayment(Guid.Empty, "order-1"),
            () => grains.GetPayment(id, ""),
            () => grains.GetPaymentRequest(0),
            () => grains.GetPaymentAsync(Guid.Empty, id),
            () => grains.CancelPaymentAsync(Guid.Empty, id, CancellationReason.Duplicate, Actor),
            () => grains.CancelPaymentAsync(id, id, (CancellationReason)9, Actor),
            () => grains.CancelPaymentAsync(id, id, CancellationReason.Duplicate, " "),
            () => grains.CancelPaymentAsync(id, id, CancellationReason.Duplicate, Actor, new string('x', CancelPayment.MessageMaxLength + 1)),
            () => grains.CancelPaymentAsync(
                id, id, CancellationReason.Duplicate, Actor, commandId: new string('x', CancelPayment.CommandIdMaxLength + 1)),
        ];
        foreach (var call in calls)
            Assert.ThrowsAny<ArgumentException>(call);
        await host.StopAsync();
    }

    [PostgresFact]
    public async Task Without_a_silo_a_call_is_rejected_and_with_the_next_one_it_works()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var silo = await cluster.StartNodeAsync();
        var payment = await TestCluster.AuthorizeAsync(silo.Grains);
        var watch = new GatewayWatch();
        using var host = await ConnectAsync(cluster, configureServices: services => services.AddSingleton<IClusterConnectionStatusObserver>(watch));
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        await silo.StopAsync();
        await watch.Lost;
        Assert.False(host.Services.GetRequiredService<PaymentsConnection>().IsConnected);
        await Assert.ThrowsAnyAsync<OrleansMessageRejectionException>(() => grains.GetPaymentAsync(TestCluster.Merchant, payment));

        await cluster.StartNodeAsync();
        await watch.Back;
        Assert.Equal(PaymentStatus.Authorized, (await grains.GetPaymentAsync(TestCluster.Merchant, payment))!.Status);
        await host.StopAsync();
    }

    [PostgresFact]
    public async Task A_call_that_is_given_up_may_be_repeated_and_voids_once()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var silo = await cluster.StartNodeAsync();
        var payments = await TestCluster.AuthorizeAsync(2, silo);
        using var host = await ConnectAsync(cluster, static options => options.ResponseTimeout = TimeSpan.FromSeconds(1));
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        cluster.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.Latency, Count: 2, LatencyMs: 1400));
        await Assert.ThrowsAsync<TimeoutException>(() => CancelAsync(grains, payments[0]));

        // Once the cancel has begun, whoever asked for it is no longer needed.
        using var impatience = new CancellationTokenSource();
        var cancelling = CancelAsync(grains, payments[1], impatience.Token);
        while (await TestCluster.StatusAsync(silo.Grains, payments[1]) == PaymentStatus.Authorized)
            Assert.False(cancelling.IsCompleted);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelling);
        await cluster.AssertVoidedOnceAsync(payments);
        foreach (var payment in payments)
            Assert.Contains((await CancelAsync(grains, payment)).Status!.Value, (PaymentStatus[])[PaymentStatus.Cancelled, PaymentStatus.CancelInitialized]);
        await cluster.AssertVoidedOnceAsync(grains, payments);
        Assert.Equal(payments.Length, cluster.CancelCalls);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("ConnectionString", "", "ConnectionString is missing")]
    [InlineData("ConnectionString", "Host=127.0.0.1;Bogus=hunter2-not-to-be-seen", "ConnectionString is not valid")]
    [InlineData("ConnectionString", "Database=hunter2-not-to-be-seen", "ConnectionString is not valid")]
    [InlineData("ClusterId", " ", "ClusterId must not be empty")]
    [InlineData("ServiceId", " ", "ServiceId must not be empty")]
    [InlineData("ConnectTimeout", "00:00:00", "ConnectTimeout is 00:00:00")]
    [InlineData("RefreshInterval", "02:00:00", "RefreshInterval is 02:00:00")]
    [InlineData("ResponseTimeout", "-00:00:01", "ResponseTimeout is -00:00:01")]
    public void A_setting_that_makes_no_sense_is_refused_by_name(string key, string value, string message)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Payments:Client:ConnectionString", "Host=127.0.0.1;Database=payments")]);
        builder.Configuration.AddInMemoryCollection([new($"Payments:Client:{key}", value)]);
        var error = Assert.Throws<OptionsValidationException>(() => builder.AddPaymentsClient());
        Assert.StartsWith($"Payments:Client:{message}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A user who may do no more than a client needs.</summary>
    private static async Task<NpgsqlConnectionStringBuilder> CreateReaderAsync(string database)
    {
        var reader = new NpgsqlConnectionStringBuilder(database) { Username = $"reader_{Guid.NewGuid():N}", Password = "not-a-secret" };
        await TestPostgres.ExecuteAsync(
            database,
            $"CREATE ROLE {reader.Username} LOGIN PASSWORD '{reader.Password}'; GRANT SELECT ON cluster_silo, orleansquery TO {reader.Username}");
        return reader;
    }

    private static Task<CancelPaymentResult> CancelAsync(IGrainFactory grains, Guid payment, CancellationToken cancellationToken = default) =>
        grains.CancelPaymentAsync(TestCluster.Merchant, payment, CancellationReason.Abandoned, Actor, cancellationToken: cancellationToken);

    private static async Task<IHost> ConnectAsync(
        TestCluster cluster, Action<PaymentsClientOptions>? configure = null, Action<IServiceCollection>? configureServices = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddPaymentsClient(options =>
        {
            options.ConnectionString = cluster.Database;
            options.ClusterId = "test";
            options.RefreshInterval = TimeSpan.FromSeconds(0.5);
            configure?.Invoke(options);
        });
        configureServices?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;
using Payments.Testing.Processes;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

/// <summary>The grains on the real runtime, with a clock, a storage, providers and endpoints that a test commands.</summary>
public sealed class TestSilo : IAsyncLifetime
{
    /// <summary>How long a test waits for what must happen; never for what must not.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IHost? host;

    internal Calendar Time { get; } = new(Sample.Now.Now);

    internal TestStorage Storage { get; init; } = new();

    internal TestIntents Intents { get; } = new();

    internal TestKlarna Klarna => field ??= new TestKlarna(Time);

    internal TestKlarna KlarnaSessions => field ??= new TestKlarna(Time, KlarnaProduct.InStoreSession);

    internal TestOrders KlarnaOrders { get; } = new();

    internal TestWaiting Waiting { get; } = new();

    internal TestSender Sender { get; } = new();

    internal TestMerchants Merchants { get; } = new();

    internal static WebhookDispatcherOptions DispatcherLimits { get; } = new() { ConcurrencyPerEndpoint = 2, QueuePerEndpoint = 4, BreakerFailures = 3 };

    internal IGrainFactory Grains => host!.Services.GetRequiredService<IGrainFactory>();

    internal DateTimeOffset Now => Time.GetUtcNow();

    public async Task InitializeAsync()
    {
        var ports = FreePorts.Pick(2);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1]));
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IChance, NoChance>();
        builder.Services.AddSingleton<IMerchants>(Merchants);
        builder.Services.AddSingleton<IPaymentIntents>(Intents);
        builder.Services.AddSingleton<IKlarnaPaymentRequests>(Klarna);
        builder.Services.AddSingleton<IKlarnaPaymentRequests>(KlarnaSessions);
        builder.Services.AddSingleton<IKlarnaOrders>(KlarnaOrders);
        builder.Services.AddSingleton<KlarnaProducts>();
        builder.Services.AddSingleton<IOperatorIndex>(Waiting);
        builder.Services.AddSingleton<IProviderObjects>(Intents);
        builder.Services.AddSingleton<RecentEvents>();
        builder.Services.AddSingleton<HintDelivery>();
        builder.Services.AddSingleton<IWebhookSender>(Sender);
        builder.Services.AddSingleton<WebhookDispatcher>();
        builder.Services.AddSingleton<IWebhookDispatcher>(services => services.GetRequiredService<WebhookDispatcher>());
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(DispatcherLimits));
        builder.Services.AddKeyedSingleton<IGrainStorage>(GrainStorageNames.Payments, Storage);
        host = builder.Build();
        await host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await host!.StopAsync().WaitAsync(Patience);
        host.Dispose();
    }

    internal IPaymentGrain Payment(Guid id) => Grains.GetGrain<IPaymentGrain>(id);

    internal GrainId RowOf(Guid id) => Payment(id).GetGrainId();

    internal PaymentState StateOf(Guid id) => Storage.State<PaymentState>(RowOf(id));

    /// <summary>A payment of a merchant of its own that is stored as just created, its intent included.</summary>
    internal (Guid Id, TestIntent Intent) Created(Intent status, Guid? merchant = null)
    {
        var command = Sample.Create with { MerchantId = merchant ?? Guid.NewGuid(), MerchantTransactionId = $"{Guid.NewGuid()}" };
        var id = PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);
        var intent = Intents.Of(id);
        intent.Become(status);

        var now = Sample.At(Now);
        var begun = PaymentMachine.BeginCreate(PaymentMachine.Create(new PaymentState(), id, command, Sample.Card, Sample.Policy, now).State, Sample.Policy, now);
        Storage.Put(RowOf(id), PaymentMachine.CreateAnswered(
            begun, new ProviderResult<PaymentIntentSnapshot>.Success(intent.Current!), false, Sample.Policy, now) with { Outbox = [] });
        return (id, intent);
    }

    internal CancelPayment Cancel(Guid id) => Sample.CancelBy(StateOf(id).MerchantId);

    /// <summary>Moves the clock to when the payment is due and wakes it, as a retry shard would.</summary>
    internal async Task WakeWhenDueAsync(Guid id)
    {
        if (Storage.DueAt(RowOf(id)) is { } due && due > Now)
            Time.Advance(due - Now);
        await WakeAsync(id);
    }

    internal Task WakeAsync(Guid id) => Grains.GetGrain<Grains.IDueGrain>(RowOf(id)).WakeAsync();

    /// <summary>Waits until the payment's row is as wanted and its turn is over.</summary>
    internal async Task<PaymentState> UntilAsync(Guid id, Func<PaymentState, bool> wanted) => await Storage.UntilAsync(RowOf(id), wanted);
}

/// <summary>One silo for all tests on the runtime. They share its clock, so they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSilo : ICollectionFixture<TestSilo>
{
    public const string Name = "silo";
}

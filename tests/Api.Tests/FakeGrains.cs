using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Payments.Api.Tests;

/// <summary>Stands where the cluster is: records every call, and answers what a test says.</summary>
internal sealed class FakeGrains
{
    public FakeGrains()
    {
        Factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)Factory).Grains = this;
    }

    public IGrainFactory Factory { get; }

    /// <summary>Every call that reached a grain: its key and its argument.</summary>
    public ConcurrentQueue<(object Key, object Argument, CancellationToken Token)> Calls { get; } = new();

    public Func<Guid, CreatePayment, Task<CreatePaymentResult>> OnCreate { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, Guid, CancellationToken, Task<PaymentView?>> OnGet { get; set; } = (_, _, _) => throw Unexpected();

    public Func<Guid, CancelPayment, Task<CancelPaymentResult>> OnCancel { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, CapturePayment, Task<CapturePaymentResult>> OnCapture { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, RefundPayment, Task<RefundPaymentResult>> OnRefund { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, Guid, Task<RefundView?>> OnGetRefund { get; set; } = (_, _) => throw Unexpected();

    public Func<long, CreatePaymentRequest, Task<CreatePaymentRequestResult>> OnCreateRequest { get; set; } = (_, _) => throw Unexpected();

    public Func<long, Guid, Task<GetPaymentRequestResult>> OnGetRequest { get; set; } = (_, _) => throw Unexpected();

    public Func<long, CancelPaymentRequest, Task<CancelPaymentRequestOutcome>> OnCancelRequest { get; set; } = (_, _) => throw Unexpected();

    public Func<long, RefundPayhubPayment, Task<RefundPayhubPaymentResult>> OnRefundRequest { get; set; } = (_, _) => throw Unexpected();

    public Func<ListWaitingCases, Task<WaitingCasePage>> OnListWaiting { get; set; } = _ => throw Unexpected();

    public Func<object, string, Task<ProviderRead?>> OnReadNow { get; set; } = (_, _) => throw Unexpected();

    public Func<Task<long>> OnNextId { get; set; } = () => throw Unexpected();

    public Func<string, ProviderEvent, Task<ProviderEventOutcome>> OnEvent { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, ListPayments, Task<PaymentPage>> OnList { get; set; } = (_, _) => throw Unexpected();

    public Func<Guid, ListPaymentRequests, Task<PaymentRequestPage>> OnListRequests { get; set; } = (_, _) => throw Unexpected();

    public Func<string, ClaimIdempotencyKey, Task<IdempotencyClaim>> OnClaim { get; set; } = (_, _) => throw Unexpected();

    /// <summary>How an <c>Idempotency-Key</c> was used: claims, completions and releases, in order.</summary>
    public ConcurrentQueue<object> KeyCalls { get; } = new();

    /// <summary>What becomes of a completion or a release.</summary>
    public Func<Task> OnEnd { get; set; } = () => Task.CompletedTask;

    private static InvalidOperationException Unexpected() => new("This test expects no such call.");

    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it at run time.")]
    public class FactoryProxy : DispatchProxy
    {
        internal FakeGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod!.GetGenericArguments().Single().Name, args![0]) switch
        {
            (nameof(IPaymentGrain), Guid key) => new PaymentGrain(key, Grains),
            (nameof(IRefundGrain), Guid key) => new RefundGrain(key, Grains),
            (nameof(IPaymentRequestGrain), long key) => new PaymentRequestGrain(key, Grains),
            (nameof(IMerchantListingGrain), Guid key) => new MerchantListingGrain(key, Grains),
            (nameof(IIdempotencyGrain), string key) => new IdempotencyGrain(key, Grains),
            (nameof(IOperatorGrain), 0L) => new OperatorGrain(Grains),
            (nameof(IPaymentRequestIdGrain), 0L) => new PaymentRequestIdGrain(Grains),
            (nameof(IProviderEventGrain), string key) => new ProviderEventGrain(key, Grains),
            var other => throw new NotSupportedException($"The API asked for {other}."),
        };
    }

    private sealed class PaymentGrain(Guid key, FakeGrains grains) : IPaymentGrain
    {
        public Task<CreatePaymentResult> CreateAsync(CreatePayment command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnCreate(key, command);
        }

        public Task<PaymentView?> GetAsync(Guid merchantId, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, merchantId, cancellationToken));
            return grains.OnGet(key, merchantId, cancellationToken);
        }

        public Task<CancelPaymentResult> CancelAsync(CancelPayment command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnCancel(key, command);
        }

        public Task<CapturePaymentResult> CaptureAsync(CapturePayment command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnCapture(key, command);
        }

        public Task<RefundPaymentResult> RefundAsync(Guid refundId, RefundPayment command, CancellationToken cancellationToken) => throw Unexpected();

        public Task<RefundView?> GetRefundAsync(Guid merchantId, Guid refundId, CancellationToken cancellationToken) => throw Unexpected();
    }

    private sealed class RefundGrain(Guid key, FakeGrains grains) : IRefundGrain
    {
        public Task<RefundPaymentResult> CreateAsync(RefundPayment command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnRefund(key, command);
        }

        public Task<RefundView?> GetAsync(Guid merchantId, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, merchantId, cancellationToken));
            return grains.OnGetRefund(key, merchantId);
        }
    }

    private sealed class PaymentRequestGrain(long key, FakeGrains grains) : IPaymentRequestGrain
    {
        public Task<CreatePaymentRequestResult> CreateAsync(CreatePaymentRequest command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnCreateRequest(key, command);
        }

        public Task<GetPaymentRequestResult> GetAsync(Guid merchantId, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, merchantId, cancellationToken));
            return grains.OnGetRequest(key, merchantId);
        }

        public Task<CancelPaymentRequestOutcome> CancelAsync(CancelPaymentRequest command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnCancelRequest(key, command);
        }

        public Task<RefundPayhubPaymentResult> RefundAsync(RefundPayhubPayment command, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, command, cancellationToken));
            return grains.OnRefundRequest(key, command);
        }
    }

    private sealed class OperatorGrain(FakeGrains grains) : IOperatorGrain
    {
        public Task<WaitingCasePage> ListWaitingAsync(ListWaitingCases query, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((0L, query, cancellationToken));
            return grains.OnListWaiting(query);
        }

        public Task<ProviderRead?> ReadPaymentAsync(Guid paymentId, string actor, CancellationToken cancellationToken) => ReadAsync(paymentId, actor);

        public Task<ProviderRead?> ReadPaymentRequestAsync(long paymentRequestId, string actor, CancellationToken cancellationToken) =>
            ReadAsync(paymentRequestId, actor);

        private Task<ProviderRead?> ReadAsync(object id, string actor)
        {
            grains.Calls.Enqueue((id, actor, default));
            return grains.OnReadNow(id, actor);
        }
    }

    private sealed class ProviderEventGrain(string key, FakeGrains grains) : IProviderEventGrain
    {
        public Task<ProviderEventOutcome> ReceiveAsync(ProviderEvent received)
        {
            grains.Calls.Enqueue((key, received, default));
            return grains.OnEvent(key, received);
        }
    }

    private sealed class MerchantListingGrain(Guid key, FakeGrains grains) : IMerchantListingGrain
    {
        public Task<PaymentPage> ListPaymentsAsync(ListPayments query, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, query, cancellationToken));
            return grains.OnList(key, query);
        }

        public Task<PaymentRequestPage> ListPaymentRequestsAsync(ListPaymentRequests query, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue((key, query, cancellationToken));
            return grains.OnListRequests(key, query);
        }
    }

    private sealed class PaymentRequestIdGrain(FakeGrains grains) : IPaymentRequestIdGrain
    {
        public Task<long> NextAsync()
        {
            grains.Calls.Enqueue((0L, "next", default));
            return grains.OnNextId();
        }
    }

    private sealed class IdempotencyGrain(string key, FakeGrains grains) : IIdempotencyGrain
    {
        public Task<IdempotencyClaim> ClaimAsync(ClaimIdempotencyKey command, CancellationToken cancellationToken)
        {
            grains.KeyCalls.Enqueue(command);
            return grains.OnClaim(key, command);
        }

        public Task CompleteAsync(CompleteIdempotencyKey command, CancellationToken cancellationToken) => EndAsync(command);

        public Task ReleaseAsync(ReleaseIdempotencyKey command, CancellationToken cancellationToken) => EndAsync(command);

        private Task EndAsync(object command)
        {
            grains.KeyCalls.Enqueue(command);
            return grains.OnEnd();
        }
    }
}

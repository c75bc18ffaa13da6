using System.Collections.Immutable;
using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>How a payment comes to be.</summary>
public static partial class PaymentMachine
{
    /// <summary>A create of a payment that is one allocation.</summary>
    public static (CreatePaymentOutcome Outcome, PaymentState State) Create(
        PaymentState state, Guid id, CreatePayment command, PaymentMethod? method, PaymentPolicy policy, Moment moment) =>
        Create(state, id, command, [method], policy, moment);

    /// <summary>A create, first or repeated. The methods are what the command's ids name, in their order, null where the merchant has none.</summary>
    /// <returns>The answer's outcome, and the state: changed when there is something to write.</returns>
    /// <exception cref="ArgumentException">The payment under this id is another merchant's: the caller did not derive the id from merchant and
    /// transaction, and must not learn what it is (design I6).</exception>
    public static (CreatePaymentOutcome Outcome, PaymentState State) Create(
        PaymentState state, Guid id, CreatePayment command, ImmutableArray<PaymentMethod?> methods, PaymentPolicy policy, Moment moment)
    {
        if (state.Exists && state.MerchantId != command.MerchantId)
            throw new ArgumentException($"The id {id} is not one of merchant {command.MerchantId}.", nameof(id));
        if (state.Exists)
            return Repeated(state, command, policy, moment);
        if (methods.Any(static method => method is null))
            return (CreatePaymentOutcome.UnknownPaymentMethod, state);
        if (!command.Split.IsDefaultOrEmpty)
            return SplitTender.Create(New(id, command, moment), command, methods!, moment);

        var method = methods.Single()!;
        if (method.Kind == PaymentMethodKind.BankAccount && command.AuthorizeOnly)
            return (CreatePaymentOutcome.BankAccountIsSaleOnly, state);
        if (method.Kind == PaymentMethodKind.BankAccount && command.Consent is null)
            return (CreatePaymentOutcome.ConsentRequired, state);

        var created = New(id, command, moment) with
        {
            Method = method,
            Operation = new ProviderOperation(ProviderOperationKind.Create, 1, moment.Now, moment.Now),
            ProviderDueAt = moment.Now,
        };
        return (CreatePaymentOutcome.Accepted, created.Audited(moment, command.Actor, "created"));
    }

    private static PaymentState New(Guid id, CreatePayment command, Moment moment) => new()
    {
        Id = id,
        MerchantId = command.MerchantId,
        MerchantTransactionId = command.MerchantTransactionId,
        AmountMinor = command.AmountMinor,
        CurrencyCode = command.CurrencyCode,
        AuthorizeOnly = command.AuthorizeOnly,
        Consent = command.Consent,
        Description = command.Description,
        StatementDescriptorSuffix = command.StatementDescriptorSuffix,
        Source = command.Source,
        Metadata = command.Metadata,
        Status = PaymentStatus.Initiated,
        CreateAttempts = 1,
        CreatedAt = moment.Now,
    };

    private static (CreatePaymentOutcome Outcome, PaymentState State) Repeated(
        PaymentState state, CreatePayment command, PaymentPolicy policy, Moment moment) =>
        state.CreateAttempts >= policy.CreateAttemptsMax
            ? (CreatePaymentOutcome.TooManyAttempts, state)
            : (CreatePaymentOutcome.Accepted,
               (state with { CreateAttempts = state.CreateAttempts + 1 }).Audited(moment, command.Actor, "create_repeated"));

    /// <summary>The write before the create is sent. From here on a cancel is refused until the answer is known (seed: PROCESSING).
    /// A repeated try writes too: an activation that still waits for its own try then loses its compare-and-swap, and cannot conclude
    /// that nothing was sent.</summary>
    public static PaymentState BeginCreate(PaymentState state, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Create } operation)
            return state;

        return (state with
        {
            Status = PaymentStatus.Processing,
            Operation = state.Status == PaymentStatus.Processing ? operation : operation with { AttemptBegunAt = moment.Now },
            ProviderDueAt = moment.Now + policy.WriteAheadLease,
        }).Audited(moment, AuditTrail.System, "create_begun");
    }

    /// <summary>The provider's answer to a create.</summary>
    /// <param name="state">The payment.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="mayHaveArrivedBefore">Whether an earlier try, of this process or of one that died, may have reached the provider.</param>
    /// <param name="policy">Waits and limits.</param>
    /// <param name="moment">Now.</param>
    public static PaymentState CreateAnswered(
        PaymentState state, ProviderResult<PaymentIntentSnapshot> answer, bool mayHaveArrivedBefore, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Create } operation)
            return state;

        return answer switch
        {
            ProviderResult<PaymentIntentSnapshot>.Success success => Observed(state, success.Value, policy, moment),

            // Refused, and yet there is more than a declined intent: what it is decides.
            ProviderResult<PaymentIntentSnapshot>.Refused { Current: { Status: not PaymentIntentStatus.RequiresPaymentMethod } current } =>
                Observed(state, current, policy, moment),
            ProviderResult<PaymentIntentSnapshot>.Refused refused => Resting(
                state with { Intent = refused.Current ?? state.Intent },
                PaymentStatus.Failed, policy, moment, AuditTrail.Provider, "declined", $"{refused.Code}: {refused.Message}"),
            ProviderResult<PaymentIntentSnapshot>.Unknown unknown => CreateUnknown(state, operation, unknown, mayHaveArrivedBefore, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentState CreateUnknown(
        PaymentState state,
        ProviderOperation operation,
        ProviderResult<PaymentIntentSnapshot>.Unknown unknown,
        bool mayHaveArrivedBefore,
        PaymentPolicy policy,
        Moment moment)
    {
        // Back to PENDING, where a cancel needs no provider call, only when no try of this create can have been executed.
        var certainlyNotExecuted = !mayHaveArrivedBefore
            && unknown.Cause is (ProviderUncertainty.NotSent or ProviderUncertainty.RateLimited or ProviderUncertainty.Misconfigured);
        var kept = state with { Status = certainlyNotExecuted ? PaymentStatus.Pending : PaymentStatus.Processing };
        return Uncertain(kept, operation, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy.OperationRetry, moment);
    }

    /// <summary>The provider's answer to the look-up that precedes a new key. That there was none is worth nothing once the operation is no longer
    /// <paramref name="asked"/>, the one that the look-up was made for: another activation has sent something since.</summary>
    public static PaymentState CreateLookedUp(
        PaymentState state, ProviderOperation asked, ProviderResult<PaymentIntentSnapshot?> answer, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Create } operation)
            return state;

        return answer switch
        {
            ProviderResult<PaymentIntentSnapshot?>.Success { Value: { } found } => Observed(state, found, policy, moment),
            ProviderResult<PaymentIntentSnapshot?>.Success when operation != asked => state,
            ProviderResult<PaymentIntentSnapshot?>.Success when moment.Now - operation.BegunAt >= policy.CreateGivenUpAfter =>
                Resting(state, PaymentStatus.Failed, policy, moment, AuditTrail.System, "create_given_up", operation.LastCause?.ToString()),
            ProviderResult<PaymentIntentSnapshot?>.Success => WithUsableKey(state, policy, moment),
            ProviderResult<PaymentIntentSnapshot?>.Unknown unknown =>
                LookupFailed(state, operation, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy, moment),
            ProviderResult<PaymentIntentSnapshot?>.Refused refused =>
                LookupFailed(state, operation, ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}", null, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }
}

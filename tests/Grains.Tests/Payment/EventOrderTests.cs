using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>Events in any order, any number of times or never: where a payment ends depends on the provider's object alone.</summary>
public sealed class EventOrderTests
{
    private const int OrdersPerLife = 400;

    /// <summary>What an object can go through, from the state in which the payment knows it, and where a payment must then be: not cancelled, and cancelled
    /// at any moment.</summary>
    public static TheoryData<string, Intent[], PaymentStatus, PaymentStatus[]> Lives() => new()
    {
        { "AU", [Intent.RequiresCapture, Intent.Canceled], PaymentStatus.Cancelled, [PaymentStatus.Cancelled] },
        { "AU", [Intent.RequiresCapture, Intent.Succeeded], PaymentStatus.Completed, [PaymentStatus.Completed, PaymentStatus.Cancelled] },
        { "AU", [Intent.RequiresCapture], PaymentStatus.Authorized, [PaymentStatus.Cancelled] },
        { "AC", [Intent.Processing, Intent.Succeeded], PaymentStatus.Completed, [PaymentStatus.Completed, PaymentStatus.Cancelled] },
        { "AC", [Intent.Processing, Intent.RequiresPaymentMethod], PaymentStatus.Failed, [PaymentStatus.Failed, PaymentStatus.Cancelled] },
        { "AC", [Intent.Processing], PaymentStatus.Accepted, [PaymentStatus.Cancelled] },
        { "AR", [Intent.RequiresAction, Intent.RequiresCapture, Intent.Succeeded], PaymentStatus.Completed, [PaymentStatus.Completed, PaymentStatus.Cancelled] },
        { "AR", [Intent.RequiresAction, Intent.RequiresCapture, Intent.Canceled], PaymentStatus.Cancelled, [PaymentStatus.Cancelled] },
        { "AR", [Intent.RequiresAction, Intent.RequiresPaymentMethod], PaymentStatus.Failed, [PaymentStatus.Failed, PaymentStatus.Cancelled] },
        { "PT", [Intent.RequiresCapture, Intent.Canceled], PaymentStatus.Cancelled, [PaymentStatus.Cancelled] },
        { "PT", [Intent.Processing, Intent.Succeeded], PaymentStatus.Completed, [PaymentStatus.Completed, PaymentStatus.Cancelled] },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public void Where_a_payment_ends_depends_on_the_object_alone(string begin, Intent[] life, PaymentStatus expected, PaymentStatus[] cancelled)
    {
        for (var seed = 0; seed < OrdersPerLife; seed++)
        {
            var left = new Story(begin, life, seed, cancels: false).End();
            Assert.True(left == expected, $"{begin}, seed {seed}: {left}");
            var ended = new Story(begin, life, seed, cancels: true).End();
            Assert.True(cancelled.Contains(ended), $"{begin}, cancelled, seed {seed}: {ended}");
        }
    }

    /// <summary>One payment, its object, and events that were made by every step of the object and arrive as chance has it.</summary>
    private sealed class Story(string begin, Intent[] life, int seed, bool cancels)
    {
        private readonly Random random = new(seed);
        private readonly List<ProviderHint> underWay = [];
        private DateTimeOffset now = Sample.Now.Now;
        private PaymentState state = Sample.Situations[begin];
        private PaymentIntentSnapshot actual = Sample.IntentAs(life[0]);
        private RefundSnapshot? refund;

        public PaymentStatus End()
        {
            var cancelAt = cancels ? random.Next(life.Length) : -1;
            for (var step = 0; step < life.Length; step++)
            {
                if (!IsOver(actual.Status))
                    Become(life[step]);
                Deliver();
                if (step == cancelAt)
                    Cancel();
                Deliver();
            }

            // The events that are still under way come late, and then the schedule alone goes on.
            while (underWay.Count > 0)
                Deliver();
            for (var wakes = 0; wakes < 50 && Due() is { } due && !PaymentMachine.IsTerminal(state.Status); wakes++)
            {
                now = due > now ? due : now;
                Wake();
                if (cancels && state.Status is PaymentStatus.Authorized or PaymentStatus.Accepted or PaymentStatus.AuthRequired)
                    Cancel();
            }

            return state.Status;
        }

        private DateTimeOffset? Due() => state.ProviderDueAt;

        private static bool IsOver(Intent status) => status is Intent.Canceled or Intent.Succeeded or Intent.RequiresPaymentMethod;

        private void Become(Intent status)
        {
            actual = Sample.IntentAs(status);

            // Lost, once or several times; and a claim of what it once was may come at any time.
            for (var copies = random.Next(4); copies > 0; copies--)
                underWay.Add(new ProviderHint(Sample.IntentId, Sample.IntentId, status.ToString()));
            if (random.Next(3) == 0)
                underWay.Add(new ProviderHint(Sample.IntentId, null, null));
        }

        private void Deliver()
        {
            for (var arrivals = random.Next(4); arrivals > 0 && underWay.Count > 0; arrivals--)
            {
                var hint = underWay[random.Next(underWay.Count)];
                if (random.Next(4) > 0)
                    underWay.Remove(hint);
                Follow(PaymentMachine.PlanAfterHint(state, hint));
                if (random.Next(5) == 0)
                    Wake();
            }
        }

        private void Follow(HintStep step)
        {
            var moment = Sample.At(now);
            var before = state.Status;
            state = step switch
            {
                HintStep.ReadIntent or HintStep.AdoptIntent => PaymentMachine.IntentHinted(state, actual, Sample.Policy, moment),
                HintStep.ReadRefund => PaymentMachine.RefundHinted(state, refund!, Sample.Policy, moment),
                HintStep.FindRefund when refund is not null => PaymentMachine.RefundHinted(state, refund, Sample.Policy, moment),
                _ => state,
            };
            Assert.True(!PaymentMachine.IsTerminal(before) || state.Status == before, $"{before} was left for {state.Status}.");
            Assert.True(PaymentTransitions.Allows(before, state.Status), $"{before} to {state.Status}");
        }

        private void Cancel()
        {
            var decided = PaymentMachine.Cancel(state, Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.At(now));
            state = decided.State;
            if (decided.CallProvider)
                state = PaymentMachine.CancelAnswered(state, state.Operation!, Voided(), Sample.Policy, Sample.At(now));
        }

        /// <summary>What is due, with a provider that answers.</summary>
        private void Wake()
        {
            var step = PaymentMachine.PlanAfterWake(state, now, Sample.Policy);
            while (step != ProviderStep.None)
            {
                var moment = Sample.At(now);
                var sent = state.Operation;
                state = step switch
                {
                    ProviderStep.CreateIntent => PaymentMachine.CreateAnswered(state, PaymentTables.Success(actual), true, Sample.Policy, moment),
                    ProviderStep.FindIntent => PaymentMachine.CreateLookedUp(state, sent!, PaymentTables.Success<PaymentIntentSnapshot?>(actual), Sample.Policy, moment),
                    ProviderStep.ReadIntent => PaymentMachine.IntentRead(state, PaymentTables.Success(actual), Sample.Policy, moment),
                    ProviderStep.CancelIntent => PaymentMachine.CancelAnswered(state, sent!, Voided(), Sample.Policy, moment),
                    ProviderStep.FindRefund => PaymentMachine.RefundLookedUp(state, sent!, PaymentTables.Success(refund), Sample.Policy, moment),
                    ProviderStep.Refund => PaymentMachine.RefundAnswered(
                        state, sent!, PaymentTables.Success(refund = Sample.RefundAs(RefundStatus.Succeeded)), Sample.Policy, moment),
                    _ => PaymentMachine.RefundRead(state, PaymentTables.Success(refund!), Sample.Policy, moment),
                };
                step = step is ProviderStep.ReadIntent or ProviderStep.FindIntent or ProviderStep.FindRefund
                    ? PaymentMachine.PlanAfterLookup(step, state)
                    : ProviderStep.None;
            }
        }

        private ProviderResult<PaymentIntentSnapshot> Voided()
        {
            // An intent that failed can still be cancelled (api-facts §3.1).
            if (actual.Status == Intent.Succeeded)
                return PaymentTables.Refused(actual, "payment_intent_unexpected_state");
            Become(Intent.Canceled);
            return PaymentTables.Success(actual);
        }
    }
}

using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Payments;

/// <summary>
/// Repeats a call to a payment whose silo stopped or died while the call was on its way, so that callers need not learn of a restart.
/// Whether the grain has seen the call is unknown; that is why only the public contracts are repeated, whose commands name what they want
/// and do it once.
/// </summary>
internal sealed partial class ContractCallRetry(TimeProvider time, ILogger<ContractCallRetry> logger) : IOutgoingGrainCallFilter
{
    private static readonly Assembly Contracts = typeof(IPaymentGrain).Assembly;

    // A silo that stops hands its grains over within a second or so.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        for (var repeats = 0; ; repeats++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException rejection)
                when (repeats < Waits.Length && context.InterfaceMethod.DeclaringType?.Assembly == Contracts)
            {
                LogRepeat(logger, context.InterfaceMethod.Name, context.TargetId, rejection.Message);
            }

            await Task.Delay(Waits[repeats], time);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Repeating {Method} of {Grain}: {Reason}")]
    private static partial void LogRepeat(ILogger logger, string method, GrainId grain, string reason);
}

using System.Runtime.InteropServices;
using Payments.Chaos;
using Payments.Chaos.Run;

const int ExitUsage = 2;

if (!ChaosOptions.TryParse(args, out var options, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(ChaosOptions.Usage);
    return ExitUsage;
}

// The processes and the folder are ours to remove: the run ends by itself.
using var stop = new CancellationTokenSource();
Action<PosixSignalContext> end = signal =>
{
    signal.Cancel = true;
    stop.Cancel();
};
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
return await ScenarioRun.RunAsync(options, TimeProvider.System, Console.Out, stop.Token);

using System.Text;
using Payments.Demo;

Console.OutputEncoding = Encoding.UTF8;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The processes and the folder are ours to remove: the run ends by itself.
    pressed.Cancel = true;
    stop.Cancel();
};
return await DemoRun.RunAsync(Console.Out, stop.Token);

using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;

namespace Payments.Telemetry.Tests;

public sealed class CancelTraceTests
{
    [Fact]
    public async Task Explore()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver);
        var payment = await host.AuthorizeAsync();
        var (status, traceId) = await host.CancelAsync(payment);
        Assert.Equal(202, status);
        await host.Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: OtlpReceiver.Patience);
        await Task.Delay(1500);
        host.ExportMetrics();
        await Task.Delay(200);
        var all = new Trace(receiver.Spans.Where(s => s.TraceId == traceId));
        var text = all.Draw(s => " " + s.Source + " " + string.Join(" ", s.Attributes) + string.Join(" ", s.Links) + s.Status);
        text += "\n\nOTHERS\n";
        foreach (var t in receiver.Spans.Where(s => s.TraceId != traceId).GroupBy(s => s.TraceId))
            text += new Trace(t).Draw(s => " " + s.Source + " " + string.Join(" ", s.Attributes)) + "\n--\n";
        text += "\nRESOURCE " + string.Join(" ", receiver.Spans[0].Resource);
        foreach (var p in receiver.Points.GroupBy(p => (p.Meter, p.Name, p.Unit, p.Kind)))
            text += $"\n{p.Key} {string.Join(" | ", p.Select(x => string.Join(",", x.Attributes) + "=" + x.Value + "/" + x.Count))}";
        text += "\nLOGS " + receiver.Logs.Count;
        File.WriteAllText("/tmp/explore.txt", text);
    }
}

using System.Text.Json;
using Payments.Bench.Measure;

namespace Payments.Bench;

/// <summary>Shows the figures and keeps them.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>One column per storage.</summary>
    public static void Print(IReadOnlyList<Figures> all, TextWriter output)
    {
        output.WriteLine();
        Row("", static figures => figures.Storage);
        Row("creates/s, to authorized", static figures => $"{figures.CreatesPerSecond:F0}");
        Row("complete cancels/s, to last webhook", static figures => $"{figures.CancelsPerSecond:F0}");
        Row("PATCH p50", static figures => $"{figures.Patch.P50Ms:F1} ms");
        Row("PATCH p95", static figures => $"{figures.Patch.P95Ms:F1} ms");
        Row("PATCH p99", static figures => $"{figures.Patch.P99Ms:F1} ms");
        Row("PATCH max", static figures => $"{figures.Patch.MaxMs:F1} ms");
        Row("rows per commit", static figures => $"{figures.RowsPerCommit:F1}");
        Row("silo working set, peak", static figures => $"{figures.SiloPeakMegabytes:F0} MB");
        Row("silo working set, after", static figures => $"{figures.SiloAfterMegabytes:F0} MB");
        Row("cancelling, processor: silo", static figures => $"{figures.CancelCpu.SiloSeconds:F2} s");
        Row("  sandbox", static figures => $"{figures.CancelCpu.SandboxSeconds:F2} s");
        Row("  clients", static figures => $"{figures.CancelCpu.ClientSeconds:F2} s");
        Row("  PostgreSQL", static figures => figures.CancelCpu.PostgresSeconds is { } seconds ? $"{seconds:F2} s" : "–");
        Row("  all others on this machine", static figures => figures.CancelCpu.OtherSeconds is { } seconds ? $"{seconds:F2} s" : "–");
        Row("creating, processor: silo", static figures => $"{figures.CreateCpu.SiloSeconds:F2} s");
        Row("calls of cancel at the provider", static figures => $"{figures.ProviderCalls}");
        Row("webhooks at the merchant", static figures => $"{figures.Webhooks}");
        output.WriteLine();

        void Row(string name, Func<Figures, string> value) =>
            output.WriteLine($"  {name,-38}{string.Concat(all.Select(figures => $"{value(figures),16}"))}");
    }

    /// <summary>Writes the result beside the earlier ones.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="BenchException">The program does not run inside the repository.</exception>
    public static string Save(IReadOnlyList<Figures> all, BenchOptions options, string packageSet, DateTimeOffset at)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "bench", "Bench.csproj")))
            root = root.Parent;
        if (root is null)
            throw new BenchException("There is no bench/results here to save to.");

        var folder = Directory.CreateDirectory(Path.Combine(root.FullName, "bench", "results")).FullName;
        var file = Path.Combine(folder, $"{at:yyyy-MM-dd-HHmm}-{packageSet}.json");
        var result = new { at, packageSet, cores = Environment.ProcessorCount, dotnet = $"{Environment.Version}", options.Payments, options.RoundSize, options.Clients, options.Warmup, results = all };
        File.WriteAllText(file, JsonSerializer.Serialize(result, Json) + "\n");
        return file;
    }
}

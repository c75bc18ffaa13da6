using System.Globalization;
using Payments.Simulation.Faults;

namespace Payments.Simulation.Running;

/// <summary>What came of many runs.</summary>
internal sealed class Summary
{
    private readonly long[] hits = new long[Enum.GetValues<Fault>().Length];
    private readonly int[] seedsHit = new int[Enum.GetValues<Fault>().Length];
    private readonly SortedDictionary<string, long> ends = new(StringComparer.Ordinal);
    private TimeSpan passed;
    private long orders;

    public int Seeds { get; private set; }

    public long Cancels { get; private set; }

    public long Steps { get; private set; }

    public List<RunResult> Broken { get; } = [];

    public void Add(RunResult result)
    {
        Seeds++;
        orders += result.Orders;
        Cancels += result.Cancels;
        Steps += result.Steps;
        passed += result.Passed;
        foreach (var (status, count) in result.Ends)
            ends[status] = ends.GetValueOrDefault(status) + count;
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] += result.Hits[i];
            seedsHit[i] += result.Hits[i] > 0 ? 1 : 0;
        }

        if (result.Violations.Count > 0)
            Broken.Add(result);
    }

    public long HitsOf(Fault fault) => hits[(int)fault];

    public void WriteTo(TextWriter to)
    {
        to.WriteLine(Text($"{Seeds:N0} seeds, {orders:N0} orders, {Cancels:N0} cancels, {Steps:N0} steps, {passed.TotalDays:N0} days of virtual time"));
        to.WriteLine(Text($"ended as: {string.Join(", ", ends.Select(static end => Text($"{end.Key} {end.Value:N0}")))}"));
        to.WriteLine("fault                              hits     in seeds");
        foreach (var fault in Enum.GetValues<Fault>())
            to.WriteLine(Text($"{fault,-32}{hits[(int)fault],9:N0}{seedsHit[(int)fault],9:N0}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Payments.Simulation.Engine;

/// <summary>The story of a run, one line an event: virtual time, who, what.</summary>
internal sealed class Trace(TextWriter to)
{
    public void Write(World world, object who, string what) =>
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{world.Elapsed.Days,3}d {world.Elapsed:hh\\:mm\\:ss\\.fff} {who,-12} {what}"));
}

using System.Collections.Immutable;
using System.Text;
using Payments.Grains.Payment;

namespace Payments.Grains.Tests.Payment;

/// <summary>The transitions as a Mermaid diagram, as docs/states.md shows it.</summary>
internal static class PaymentDiagram
{
    private const string Begin = "```mermaid\n";
    private const string End = "```\n";

    /// <summary>The diagram's text.</summary>
    public static string Of(ImmutableArray<PaymentTransition> transitions)
    {
        var text = new StringBuilder("stateDiagram-v2\n");
        foreach (var (from, to, why) in transitions)
            text.Append("    ").Append(from?.ToWire() ?? "[*]").Append(" --> ").Append(to.ToWire()).Append(": ").Append(why).Append('\n');
        foreach (var status in Enum.GetValues<PaymentStatus>().Where(PaymentMachine.IsTerminal))
            text.Append("    ").Append(status.ToWire()).Append(" --> [*]\n");
        return text.ToString();
    }

    /// <summary>The first diagram of a document.</summary>
    public static string In(string document)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        return document[begin..document.IndexOf(End, begin, StringComparison.Ordinal)];
    }
}

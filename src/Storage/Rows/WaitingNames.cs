using Payments.Grains.Ports;

namespace Payments.Storage.Rows;

/// <summary>How <see cref="WaitingFor"/> is written in its column.</summary>
internal static class WaitingNames
{
    private const string Cancel = "cancel";
    private const string Settlement = "settlement";
    private const string Operator = "operator";
    private const string DeadLetter = "dead_letter";

    public static string Of(WaitingFor waitingFor) => waitingFor switch
    {
        WaitingFor.Cancel => Cancel,
        WaitingFor.Settlement => Settlement,
        WaitingFor.Operator => Operator,
        WaitingFor.DeadLetter => DeadLetter,
        _ => throw new ArgumentOutOfRangeException(nameof(waitingFor), waitingFor, "Nothing to wait for."),
    };

    public static WaitingFor Parse(string column) => column switch
    {
        Cancel => WaitingFor.Cancel,
        Settlement => WaitingFor.Settlement,
        Operator => WaitingFor.Operator,
        DeadLetter => WaitingFor.DeadLetter,
        _ => throw new InvalidDataException($"The column waits_for says '{column}'."),
    };
}

using System.Diagnostics;
using System.Globalization;

namespace Payments.Chaos.World;

/// <summary>
/// Ends our processes when this program is gone, even when it was killed: a shell that knows their ids sees its standard input close. It also removes
/// the folder of the run. PostgreSQL has a guardian of its own.
/// </summary>
internal sealed class Guardian : IAsyncDisposable
{
    // Ctrl-C goes to the whole process group; the guardian outlives it.
    private const string Script = """
        trap '' INT TERM HUP
        pids=''
        while read -r word pid; do
          case $word in
            guard) pids="$pids $pid" ;;
            release) kept=''; for one in $pids; do [ "$one" = "$pid" ] || kept="$kept $one"; done; pids=$kept ;;
          esac
        done
        [ -z "$pids" ] || kill -KILL $pids 2>/dev/null
        rm -rf "$1"
        """;

    private readonly Process shell;
    private readonly Lock gate = new();

    /// <summary>Starts it.</summary>
    /// <param name="folder">What it removes in the end.</param>
    public Guardian(string folder) => shell = Process.Start(new ProcessStartInfo("sh", ["-c", Script, "sh", folder]) { RedirectStandardInput = true })
        ?? throw new ChaosException("No shell could be started.");

    /// <summary>Puts a process under guard.</summary>
    public void Guard(int processId) => Tell("guard", processId);

    /// <summary>The process has ended: its id may soon be another's.</summary>
    public void Release(int processId) => Tell("release", processId);

    /// <summary>Lets it end what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private void Tell(string word, int processId)
    {
        lock (gate)
        {
            shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {processId}"));
            shell.StandardInput.Flush();
        }
    }
}

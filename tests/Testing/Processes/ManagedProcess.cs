using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Payments.Testing.Processes;

/// <summary>One of our own programs as a real process: started, watched by its output, ended politely or killed. Only ever ends what it started.</summary>
public sealed partial class ManagedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private const int LinesKept = 2000;

    private readonly Process process;
    private readonly Queue<string> lines = new();
    private readonly Queue<string> standardOutput = new();
    private readonly Queue<string> errors = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task exited;

    private ManagedProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => Take(line.Data, isError: true);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        exited = WatchExitAsync();
    }

    /// <summary>The program's name, for messages.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>Where it listens. Known once it was started.</summary>
    public Uri BaseAddress => listening.Task.Result;

    /// <summary>Completes when the process has ended, whoever ended it.</summary>
    public Task Exited => exited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Resident memory in bytes.</summary>
    public long WorkingSetBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>What it printed last, errors included.</summary>
    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <summary>What it printed to standard output last.</summary>
    public string StandardOutput
    {
        get
        {
            lock (lines)
                return string.Join('\n', standardOutput);
        }
    }

    /// <summary>What it printed to standard error last.</summary>
    public string Errors
    {
        get
        {
            lock (lines)
                return string.Join('\n', errors);
        }
    }

    /// <summary>Starts a program of this build and waits until it says where it listens.</summary>
    /// <param name="project">The project's name, for instance <c>Silo</c>.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Variables in addition to our own.</param>
    /// <param name="workingDirectory">Where relative paths lead; the current directory when null.</param>
    /// <exception cref="InvalidOperationException">It ended, or said nothing in time; the message carries its output.</exception>
    public static async Task<ManagedProcess> StartServerAsync(
        string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? workingDirectory = null)
    {
        var started = Start(project, arguments, environment, workingDirectory);
        try
        {
            var first = await Task.WhenAny(started.listening.Task, started.exited).WaitAsync(StartTimeout);
            if (first == started.exited)
                throw new InvalidOperationException($"{project} ended with exit code {started.ExitCode} instead of listening:\n{started.Output}");
            return started;
        }
        catch (TimeoutException)
        {
            var output = started.Output;
            await started.KillAsync();
            throw new InvalidOperationException($"{project} did not listen within {StartTimeout}:\n{output}");
        }
    }

    /// <summary>Runs a program of this build to its end.</summary>
    /// <param name="project">The project's name, for instance <c>Silo</c>.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Variables in addition to our own.</param>
    /// <param name="workingDirectory">Where relative paths lead; the current directory when null.</param>
    /// <param name="input">Its standard input; ours when null.</param>
    /// <returns>Its exit code, and what it printed to standard output and to standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null,
        string? input = null)
    {
        await using var started = Start(project, arguments, environment, workingDirectory, redirectInput: input is not null);
        if (input is not null)
        {
            await started.process.StandardInput.WriteAsync(input);
            started.process.StandardInput.Close();
        }

        await started.exited.WaitAsync(StartTimeout);
        return (started.ExitCode, started.StandardOutput, started.Errors);
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await exited;
    }

    /// <summary>SIGTERM, as a process manager or Ctrl-C would, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It did not end in time; it was killed.</exception>
    public async Task<int> StopAsync()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        try
        {
            await exited.WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw;
        }

        return process.ExitCode;
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private static ManagedProcess Start(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? workingDirectory,
        bool redirectInput = false)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = redirectInput,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? Directory.GetCurrentDirectory(),
        };
        start.ArgumentList.Add(PathOf(project));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new ManagedProcess(project, new Process { StartInfo = start });
    }

    /// <summary>The program beside us: …/artifacts/set/bin/Project/configuration/Payments.Project.dll.</summary>
    private static string PathOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, $"Payments.{project}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: {path}");
    }

    private async Task WatchExitAsync() => await process.WaitForExitAsync();

    private void Take(string? line, bool isError)
    {
        if (line is null)
            return;

        lock (lines)
        {
            Keep(lines, line);
            Keep(isError ? errors : standardOutput, line);
        }

        if (Listening().Match(line) is { Success: true } match)
            listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    private static void Keep(Queue<string> kept, string line)
    {
        kept.Enqueue(line);
        if (kept.Count > LinesKept)
            kept.Dequeue();
    }

    [GeneratedRegex(@"(?:Now listening on:|^Sandbox of .+ on) (http://[^\s,""]+)")]
    private static partial Regex Listening();
}

using System.Diagnostics;
using Payments.Mutation;

const int ExitSurvived = 1;
const int ExitUsage = 2;
const string Failed = "Failed";

var root = Directory.GetCurrentDirectory();
var whole = args.Contains("--whole");
var names = args.Where(static arg => !arg.StartsWith('-')).ToHashSet();
var all = Mutant.Load(root);
if (args.Contains("--table"))
{
    foreach (var row in GuardTable.Rows(root))
        Console.WriteLine(row);
    return 0;
}

if (args.Any(static arg => arg.StartsWith('-') && arg != "--whole") || names.Except(all.Select(static mutant => mutant.Name)).Any())
{
    Console.Error.WriteLine("Usage: ./dev mutate [--whole] [name…]   or   ./dev mutate --table");
    Console.Error.WriteLine($"Names: {string.Join(' ', all.Select(static mutant => mutant.Name))}");
    return ExitUsage;
}

var chosen = all.Where(mutant => names.Count == 0 || names.Contains(mutant.Name)).ToList();
var copy = WorkingCopy.Take(root);
var runs = new TestRuns(copy.Root, Environment.GetEnvironmentVariable("PackageSet") is { Length: > 0 } set ? set : "standin");

// Unmutated first: a test that fails anyway shows nothing.
var skipped = new HashSet<NamedTest>();
foreach (var project in chosen.SelectMany(static mutant => mutant.Tests).Distinct().GroupBy(static test => test.ProjectFile))
{
    Console.WriteLine($"unmutated  {project.Key}");
    if (await runs.BuildAsync(project.Key) is { } broken)
        return Fail($"{project.Key} does not build unmutated:\n{broken}");
    if (whole)
        continue;

    var results = await runs.RunAsync(project.Key, FilterOf(project));
    foreach (var test in project)
    {
        var outcomes = results.Where(result => test.Is(result.Key)).SelectMany(static result => result).ToList();
        if (outcomes.Count == 0 || outcomes.Exists(static outcome => outcome is not ("Passed" or "NotExecuted")))
            return Fail($"{test} is not green unmutated: {string.Join(", ", outcomes.DefaultIfEmpty("it did not run"))}");
        if (!outcomes.Contains("Passed"))
            skipped.Add(test);
    }
}

var (killed, survived, untried) = (0, 0, 0);
foreach (var mutant in chosen)
{
    var began = Stopwatch.GetTimestamp();
    copy.Mutate(mutant);
    try
    {
        var verdict = await JudgeAsync(mutant);
        _ = verdict.StartsWith("killed", StringComparison.Ordinal) ? killed++ : verdict.StartsWith("not tried", StringComparison.Ordinal) ? untried++ : survived++;
        Console.WriteLine($"{mutant.Name,-26} {Stopwatch.GetElapsedTime(began).TotalSeconds,4:0} s  {verdict}");
    }
    finally
    {
        copy.Restore(mutant.File);
    }
}

Console.WriteLine($"{killed} killed, {survived} survived, {untried} not tried");
return survived == 0 ? 0 : ExitSurvived;

async Task<string> JudgeAsync(Mutant mutant)
{
    var verdicts = new List<string>();
    foreach (var project in mutant.Tests.Where(test => !skipped.Contains(test)).GroupBy(static test => test.ProjectFile))
    {
        if (await runs.BuildAsync(project.Key) is { } broken)
            return $"DOES NOT COMPILE\n{broken}";
        var results = await runs.RunAsync(project.Key, whole ? null : FilterOf(project));
        var failed = results.Where(static result => result.Contains(Failed)).Select(static result => result.Key).ToList();
        if (whole)
        {
            verdicts.AddRange(failed.Select(static name => $"\n    {name}"));
            continue;
        }

        if (project.Where(test => !failed.Exists(test.Is)).ToList() is { Count: > 0 } green)
            return $"SURVIVED {string.Join(", ", green)}";
        verdicts.AddRange(project.Select(static test => $"{test}"));
    }

    return verdicts.Count > 0 ? $"killed by {string.Join(", ", verdicts)}" : whole ? "SURVIVED" : "not tried: its tests are skipped here";
}

static string FilterOf(IEnumerable<NamedTest> tests) => string.Join('|', tests.Select(static test => $"FullyQualifiedName~.{test}"));

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return ExitSurvived;
}

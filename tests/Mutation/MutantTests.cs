using System.Text.RegularExpressions;
using Payments.Testing.Processes;

namespace Payments.Mutation;

/// <summary>That what <c>./dev mutate</c> does still fits the code: the run itself takes minutes, this does not.</summary>
public sealed class MutantTests
{
    private static readonly string Root = DotnetCommand.RepositoryRoot;

    /// <summary>Every declaration.</summary>
    public static TheoryData<string> Names { get; } = [.. Mutant.Load(Root).Select(static mutant => mutant.Name)];

    [Theory, MemberData(nameof(Names))]
    public void The_guard_stands_in_its_file_exactly_once_and_the_mutant_is_another_text(string name)
    {
        var mutant = Find(name);
        Assert.NotEmpty(mutant.Edits);
        var source = File.ReadAllText(Path.Combine(Root, mutant.File));
        Assert.NotEqual(source, mutant.Apply(source));
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_test_that_must_fail_exists(string name)
    {
        var tests = Find(name).Tests;
        Assert.NotEmpty(tests);
        foreach (var test in tests)
        {
            Assert.True(File.Exists(Path.Combine(Root, test.ProjectFile)), $"There is no {test.ProjectFile}.");
            var sources = Directory.GetFiles(Path.Combine(Root, "tests", test.Project), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
            Assert.Contains(sources, source => Regex.IsMatch(source, $@"\bclass {test.Class}\b"));
            Assert.Contains(sources, source => Regex.IsMatch(source, $@"\bpublic .*\b{test.Method}\("));
        }
    }

    [Fact]
    public void The_document_names_every_guard_and_its_tests()
    {
        var (declared, documented) = GuardTable.Compare(Root);
        Assert.True(declared == documented, $"In {GuardTable.Document} the table of the guards must be (./dev mutate --table prints it):\n{declared}");
    }

    [Theory]
    [InlineData("guard();", "")]
    [InlineData("guard(); guard();", null)]
    [InlineData("gone();", null)]
    public void What_is_not_there_exactly_once_cannot_be_switched_off(string source, string? expected)
    {
        var mutant = new Mutant("m", "g", "m", "f", [new Edit("guard();", "")], []);
        if (expected is null)
            Assert.Throws<FormatException>(() => mutant.Apply(source));
        else
            Assert.Equal(expected, mutant.Apply(source));
    }

    private static Mutant Find(string name) => Mutant.Load(Root).Single(mutant => mutant.Name == name);
}

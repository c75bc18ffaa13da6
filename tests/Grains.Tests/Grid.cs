namespace Payments.Grains.Tests;

/// <summary>
/// A decision table written as text, so that it can be read as one page: rows are inputs, columns are situations, and every cell holds a code
/// that a legend spells out. A cell that is missing, or that nothing asks for, is an error.
/// </summary>
internal sealed class Grid
{
    private readonly Dictionary<string, string> legend;
    private readonly List<string> columns;
    private readonly Dictionary<string, string[]> rows = [];

    private Grid(Dictionary<string, string> legend, List<string> columns)
    {
        this.legend = legend;
        this.columns = columns;
    }

    /// <summary>Parses a table.</summary>
    /// <param name="legend">One <c>code = meaning</c> per line.</param>
    /// <param name="table">The first line names the columns; every other one is <c>input : code code …</c>. A <c>|</c> is only there for the eye.</param>
    public static Grid Parse(string legend, string table)
    {
        var lines = Lines(table);
        var grid = new Grid(
            Lines(legend).Select(line => line.Split('=', 2)).ToDictionary(part => part[0].Trim(), part => part[1].Trim()),
            [.. Codes(lines[0])]);
        foreach (var line in lines.Skip(1))
        {
            var cut = line.LastIndexOf(" : ", StringComparison.Ordinal);
            var cells = Codes(line[(cut + 3)..]);
            Assert.True(cells.Length == grid.columns.Count, $"{cells.Length} cells for {grid.columns.Count} columns: {line}");
            grid.rows.Add(line[..cut].Trim(), cells);
        }

        return grid;
    }

    /// <summary>Compares the whole table with what happens.</summary>
    /// <param name="situations">Every situation by its column's name.</param>
    /// <param name="inputs">Every input by its row's name: what it does in a situation, in the legend's words.</param>
    public void Verify<TSituation>(IReadOnlyDictionary<string, TSituation> situations, IReadOnlyDictionary<string, Func<TSituation, string>> inputs)
    {
        Assert.Equal(columns.Order(), situations.Keys.Order());
        Assert.Equal(rows.Keys.Order(), inputs.Keys.Order());

        var wrong = new List<string>();
        foreach (var (input, apply) in inputs)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                var expected = legend[rows[input][i]];
                var actual = apply(situations[columns[i]]);
                if (expected != actual)
                    wrong.Add($"{columns[i]}, {input}: expected '{expected}', was '{actual}'");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} cells differ:{Environment.NewLine}{string.Join(Environment.NewLine, wrong)}");
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Codes(string text) => text.Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries);
}

using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Demo;

/// <summary>What the demo prints, and the count of its checks.</summary>
internal sealed class Transcript(TextWriter output)
{
    private const int RuleLength = 110;

    // A body this short is easier to read on one line.
    private const int InlineLengthMax = 90;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Checks that held.</summary>
    public int Passed { get; private set; }

    /// <summary>Checks that did not.</summary>
    public int Failed { get; private set; }

    /// <summary>Begins a section.</summary>
    public void Story(string title)
    {
        output.WriteLine();
        output.WriteLine($"━━ {title} {new string('━', Math.Max(2, RuleLength - title.Length - 4))}");
    }

    /// <summary>Tells what happens beside the requests.</summary>
    public void Say(string text) => output.WriteLine($"  {text}");

    /// <summary>Shows a request.</summary>
    public void Sent(string requestLine, string? body)
    {
        output.WriteLine($"  → {requestLine}");
        if (body is not null)
            Body(body);
    }

    /// <summary>Shows an answer.</summary>
    public void Received(Answer answer)
    {
        output.WriteLine($"  ← {answer.Status}  X-Trace-Id: {answer.TraceId}");
        Body(answer.Body);
    }

    /// <summary>Shows JSON: only the white space differs from what was on the wire.</summary>
    public void Body(string json)
    {
        string text;
        try
        {
            using var document = JsonDocument.Parse(json);
            text = json.Length <= InlineLengthMax ? json : JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            text = json;
        }

        foreach (var line in text.Split('\n'))
            output.WriteLine($"      {line}");
    }

    /// <summary>Counts and shows a check.</summary>
    /// <param name="what">What must hold, as a statement.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="otherwise">What was found instead.</param>
    public void Check(string what, bool holds, string? otherwise = null)
    {
        if (holds)
        {
            Passed++;
            output.WriteLine($"  ✓ {what}");
            return;
        }

        Failed++;
        output.WriteLine($"  ✗ {what}{(otherwise is null ? "" : $": {otherwise}")}");
    }

    /// <summary>Checks that two texts are the same, and shows both where they are not.</summary>
    public void CheckSame(string what, string expected, string actual) =>
        Check(what, string.Equals(expected, actual, StringComparison.Ordinal), $"\n      expected {expected}\n      found    {actual}");

    /// <summary>Checks an answer as a whole: status, headers and every byte of the body.</summary>
    public void CheckAnswer(Answer answer, int status, string body)
    {
        Check(
            $"status {status}, {Answer.Json}, a trace id",
            answer.Status == status && answer.ContentType == Answer.Json && answer.HasTraceId,
            $"{answer.Status}, {answer.ContentType}, trace id '{answer.TraceId}'");
        CheckSame("the body is the contract's, byte for byte", body, answer.Body);
    }
}

using System.Diagnostics;
using Payments.Demo.Stories;

namespace Payments.Demo;

/// <summary>The whole demo.</summary>
internal static class DemoRun
{
    private const int ExitOk = 0;
    private const int ExitFailed = 1;

    /// <summary>Starts the processes, tells the stories, ends the processes.</summary>
    /// <returns>0 when every check held.</returns>
    public static async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var transcript = new Transcript(output);
        var ended = false;
        try
        {
            await using var world = await World.StartAsync();
            transcript.Say($"Silo at {world.Api} with SQLite, sandbox of Stripe, Klarna and merchants; both end with this program.");
            ended = await TellAsync(world, transcript, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            transcript.Say("Interrupted.");
        }
        catch (Exception error) when (error is InvalidOperationException or DemoException or IOException)
        {
            transcript.Check("sandbox and silo start", holds: false, error.Message);
        }

        output.WriteLine();
        output.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        output.WriteLine($"{transcript.Passed} checks passed, {transcript.Failed} failed");
        return ended && transcript.Failed == 0 && transcript.Passed > 0 ? ExitOk : ExitFailed;
    }

    private static async Task<bool> TellAsync(World world, Transcript transcript, CancellationToken cancellationToken)
    {
        using var merchant = world.V2(transcript);
        var story = new Story(world, transcript, merchant);
        try
        {
            await CardStory.TellAsync(story, cancellationToken);
            await AchStory.TellAsync(story, cancellationToken);
            await AchRefundStory.TellAsync(story, cancellationToken);
            await SaleStory.TellAsync(story, cancellationToken);
            await CaptureStory.TellAsync(story, cancellationToken);
            await KlarnaStory.TellAsync(story, cancellationToken);
            await KlarnaPaidStory.TellAsync(story, cancellationToken);
            await InStoreStory.TellAsync(story, cancellationToken);
            await RefusalStory.TellAsync(story, cancellationToken);
            await RaceStory.TellAsync(story, cancellationToken);
            await CrashStory.TellAsync(story, cancellationToken);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a wrong answer led to: the rest of the story is not told, so the demo has failed.
            transcript.Check("the story goes on", holds: false, error.Message);
            transcript.Say("The silo's last words:");
            transcript.Say(world.Silo.Output);
            return false;
        }
    }
}

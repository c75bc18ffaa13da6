using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Payments.Deployment.Tests.Rules;

/// <summary>The OTEL_… variables that the libraries in use read: the texts of that form in them.</summary>
internal static class OpenTelemetryNames
{
    private static readonly string[] Libraries = ["OpenTelemetry.dll", "OpenTelemetry.Exporter.OpenTelemetryProtocol.dll"];

    public static IReadOnlySet<string> All { get; } = Libraries.SelectMany(Texts)
        .Where(static text => text.StartsWith("OTEL_", StringComparison.Ordinal)).ToHashSet();

    private static List<string> Texts(string library)
    {
        using var image = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, library)));
        var metadata = image.GetMetadataReader();
        var texts = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
            texts.Add(metadata.GetUserString(handle));
        return texts;
    }
}

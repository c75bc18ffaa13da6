using System.Reflection;

namespace Payments.EndToEnd.Harness;

/// <summary>The package set under test: this assembly and the programs come out of one build.</summary>
public static class PackageSet
{
    /// <summary><c>full</c> or <c>standin</c>.</summary>
    public static string Name { get; } = typeof(PackageSet).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "PackageSet").Value!;

    /// <summary>Whether these are the real packages.</summary>
    public static bool IsFull => Name == "full";
}

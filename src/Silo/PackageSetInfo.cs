using System.Reflection;

namespace Payments.Silo;

/// <summary>Which package set this program was built on (docs/package-sets.md).</summary>
public static class PackageSetInfo
{
    /// <summary><c>full</c> or <c>standin</c>.</summary>
    public static string Name { get; } = typeof(PackageSetInfo).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "PackageSet").Value!;

    /// <summary>Whether these are the real packages. The stand-in for Orleans is one process and listens on no port.</summary>
    public static bool IsFull => Name == "full";
}

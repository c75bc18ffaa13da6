using System.Reflection;

namespace Payments.Silo;

/// <summary>Which package set this program was built on (docs/package-sets.md).</summary>
public static class PackageSetInfo
{
    /// <summary><c>full</c> or <c>standin</c>.</summary>
    public static string Name { get; } = typeof(PackageSetInfo).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "PackageSet").Value!;
}

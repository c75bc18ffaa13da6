using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Payments.Testing;

/// <summary>A test of a suite that several databases inherit; it is skipped where the inheriting class says
/// <see cref="RequiresPostgresAttribute"/> and there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Payments.Testing." + nameof(DatabaseFactDiscoverer), "Payments.Testing")]
public sealed class DatabaseFactAttribute : FactAttribute;

/// <summary>The tests of this class run on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresPostgresAttribute : Attribute;

/// <summary>Finds the tests of <see cref="DatabaseFactAttribute"/>.</summary>
public sealed class DatabaseFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    /// <inheritdoc/>
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) => new DatabaseTestCase(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>A test that knows which class it runs in, so which database it needs.</summary>
public sealed class DatabaseTestCase : XunitTestCase
{
    /// <summary>For xunit's deserializer.</summary>
    [Obsolete("Only for deserialization.")]
    public DatabaseTestCase()
    {
    }

    /// <summary>As found.</summary>
    public DatabaseTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method)
    {
    }

    /// <inheritdoc/>
    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresPostgresAttribute)).Any() && TestPostgres.UnavailableReason is { } reason
            ? reason
            : base.GetSkipReason(factAttribute);
}

using Xunit;

namespace Payments.Testing;

/// <summary>A test that needs PostgreSQL; it is reported as skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    /// <summary>Decides when the test is discovered: this xunit cannot skip a running test.</summary>
    public PostgresFactAttribute() => Skip = TestPostgres.UnavailableReason;
}

using Microsoft.Extensions.Logging;

namespace Payments.Storage.Migrations;

/// <summary>Log messages of the start.</summary>
internal static partial class MigrationLog
{
    [LoggerMessage(20, LogLevel.Information, "Applied migration {Script}.")]
    public static partial void Applied(ILogger logger, string script);

    [LoggerMessage(21, LogLevel.Warning,
        "The PostgreSQL server runs with {Setting}=off: a crash of its machine can lose or damage what was answered as stored.")]
    public static partial void UnsafeSetting(ILogger logger, string setting);
}

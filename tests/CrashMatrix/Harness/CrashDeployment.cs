using System.Data.Common;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using Payments.CrashMatrix.Actions;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.CrashMatrix.Harness;

/// <summary>What both storages share: the program with the crash points, and the waits of production.</summary>
internal static class CrashDeployment
{
    /// <summary>The project of that program.</summary>
    public const string Program = "CrashHost";

    /// <summary>
    /// All waits, leases and limits are production's, but these. Five minutes pass there until a debit that has to settle is looked at again, here
    /// seconds. A repeated create, with which these tests wait for a payment to rest, is not limited. And so many payments of one merchant stop in the
    /// middle of a webhook that none of them would find its turn otherwise.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Payments:Api:PublicBaseUrl"] = Payment.PublicBaseUrl,
        ["Payments:Policy:SettlementWatch:Initial"] = "00:00:05",
        ["Payments:Policy:SettlementWatch:Max"] = "00:00:10",

        // An open session that is looked at every few seconds would never be at rest.
        ["Payments:RequestPolicy:SessionWatch:Initial"] = "00:20:00",
        ["Payments:Policy:CreateAttemptsMax"] = "1000",
        ["Payments:Webhooks:ConcurrencyPerEndpoint"] = "256",
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Tells the running silo which cases it is to watch, and where each is to stop.</summary>
    public static async Task ArmAsync(this Deployment deployment, IEnumerable<(string Name, CrashCase Case, string? StopAt)> cases)
    {
        using var answer = await deployment.Api.PutAsJsonAsync(
            "crash-points", cases.Select(static armed => new { armed.Name, armed.Case.Subjects, armed.StopAt }));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How far the cases have come.</summary>
    public static async Task<IReadOnlyList<CaseProgress>> ProgressAsync(this Deployment deployment) =>
        (await deployment.Api.GetFromJsonAsync<List<CaseProgress>>("crash-points", Json))!;

    /// <summary>Says that the provider has carried out the call that a case is stopped in.</summary>
    public static async Task ArriveAsync(this Deployment deployment, string name)
    {
        try
        {
            using var answer = await deployment.Api.PostAsync($"crash-points/{Uri.EscapeDataString(name)}", content: null);
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException)
        {
            // It was the last one: the process has died of it.
        }
    }

    /// <summary>Reads what every payment and payment request waits for.</summary>
    public static async Task<Dictionary<(string Type, string Key), (string Status, DateTimeOffset? DueAt)>> ReadRowsAsync(DbConnection connection)
    {
        await using (connection)
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT grain_type, grain_key, status, due_at FROM grain_state WHERE grain_type IN ('payment', 'payment-request')";
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new Dictionary<(string, string), (string, DateTimeOffset?)>();
            while (await reader.ReadAsync())
            {
                DateTimeOffset? due = reader.IsDBNull(3) ? null : reader.GetValue(3) switch
                {
                    DateTime instant => new DateTimeOffset(instant, TimeSpan.Zero),
                    var text => DateTimeOffset.Parse((string)text, CultureInfo.InvariantCulture),
                };
                rows[(reader.GetString(0), reader.GetString(1))] = (reader.GetString(2), due);
            }

            return rows;
        }
    }
}

/// <summary>How far a case has come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Passed">The boundaries that it has passed, in order; the last one is where it stopped.</param>
/// <param name="Arrived">Whether it has arrived where it was to stop.</param>
public sealed record CaseProgress(string Name, IReadOnlyList<string> Passed, bool Arrived);

/// <summary>A deployment whose rows the matrix can look at.</summary>
public interface ICrashDeployment
{
    /// <summary>The same, as the harness knows it.</summary>
    Deployment Deployment { get; }

    /// <summary>A new connection to its database.</summary>
    DbConnection Connect();
}

/// <summary>The program with the crash points, on a SQLite file.</summary>
public sealed class SqliteCrashDeployment : SqliteDeployment, ICrashDeployment
{
    /// <inheritdoc />
    public Deployment Deployment => this;

    /// <inheritdoc />
    protected override string Program => CrashDeployment.Program;

    /// <inheritdoc />
    protected override IReadOnlyDictionary<string, string> Waits => CrashDeployment.Settings;

    /// <inheritdoc />
    public DbConnection Connect() => new SqliteConnection(new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(DataDirectory, "payments.db"),
        Pooling = false,
    }.ToString());
}

/// <summary>The program with the crash points, on a real PostgreSQL.</summary>
public sealed class PostgresCrashDeployment : PostgresDeployment, ICrashDeployment
{
    /// <inheritdoc />
    public Deployment Deployment => this;

    /// <inheritdoc />
    protected override string Program => CrashDeployment.Program;

    /// <inheritdoc />
    protected override IReadOnlyDictionary<string, string> Waits => CrashDeployment.Settings;

    /// <inheritdoc />
    public DbConnection Connect() => new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
}

namespace Payments.Storage.Sqlite;

/// <summary>The statements of the SQLite store.</summary>
internal static class SqliteSql
{
    public const string Create = """
        INSERT INTO grain_state
            (grain_type, grain_key, state_name, version, write_token, state_version, slot, merchant_id, status, due_at, created_at, updated_at,
             document, waits_for, waits_since)
        VALUES
            ($grain_type, $grain_key, $state_name, $version, $token, $state_version, $slot, $merchant_id, $status, $due_at, $created_at,
             $updated_at, $document, $waits_for, $waits_since)
        ON CONFLICT DO NOTHING
        """;

    public const string Update = """
        UPDATE grain_state
        SET version = $version, write_token = $token, state_version = $state_version, slot = $slot, merchant_id = $merchant_id,
            status = $status, due_at = $due_at, created_at = $created_at, updated_at = $updated_at, document = $document,
            waits_for = $waits_for, waits_since = $waits_since
        WHERE grain_type = $grain_type AND grain_key = $grain_key AND state_name = $state_name
          AND version = $expected_version AND write_token = $expected_token
        """;

    public const string Delete = """
        DELETE FROM grain_state
        WHERE grain_type = $grain_type AND grain_key = $grain_key AND state_name = $state_name
          AND version = $expected_version AND write_token = $expected_token
        """;

    public const string ReadTag = """
        SELECT version, write_token FROM grain_state
        WHERE grain_type = $grain_type AND grain_key = $grain_key AND state_name = $state_name
        """;

    public const string Read = """
        SELECT version, write_token, state_version, document FROM grain_state
        WHERE grain_type = $grain_type AND grain_key = $grain_key AND state_name = $state_name
        """;

    public const string ReadListed = """
        SELECT grain_key, created_at, version, write_token, state_version, document
        FROM grain_state
        WHERE grain_type = $grain_type AND merchant_id = $merchant_id AND created_at IS NOT NULL AND created_at >= $from AND created_at < $to
          AND (created_at, grain_key) < ($after_at, $after_key) AND state_name = $state_name AND ($status IS NULL OR status = $status)
        ORDER BY created_at DESC, grain_key DESC
        LIMIT $limit
        """;

    public const string ReadDue = """
        SELECT grain_type, grain_key FROM grain_state
        WHERE due_at <= $now AND slot % $shards = $shard
        ORDER BY due_at, slot
        LIMIT $limit
        """;

    public const string ReadBacklog = """
        SELECT coalesce(status, ''), count(*), min(due_at) FROM grain_state WHERE due_at IS NOT NULL GROUP BY status
        """;

    public const string ReadWaiting = """
        SELECT waits_for, grain_type, count(*), min(waits_since) FROM grain_state WHERE waits_for IS NOT NULL GROUP BY waits_for, grain_type
        UNION ALL
        SELECT '', '', 0, min(due_at) FROM grain_state WHERE due_at IS NOT NULL
        """;

    public const string ListWaiting = """
        SELECT grain_type, grain_key, merchant_id, status, waits_since, due_at FROM grain_state
        WHERE waits_for = $waits_for AND (waits_since, grain_type || '/' || grain_key) > ($after_since, $after_key)
        ORDER BY waits_since, grain_type || '/' || grain_key
        LIMIT $limit
        """;

    public static readonly string[] KeyParameters = ["$grain_type", "$grain_key", "$state_name"];

    public static readonly string[] ValueParameters =
    [
        "$version", "$token", "$state_version", "$slot", "$merchant_id", "$status", "$due_at", "$created_at", "$updated_at", "$document",
        "$waits_for", "$waits_since",
    ];

    public static readonly string[] ExpectedParameters = ["$expected_version", "$expected_token"];
}

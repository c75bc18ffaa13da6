namespace Payments.Storage.Postgres;

/// <summary>The statements of the PostgreSQL store. Each applies a whole batch and returns the tokens of the writes that applied.</summary>
internal static class PostgresSql
{
    // A plan is made once per connection, when the table may still be empty: only the way through the primary key stays right as the
    // table grows, and it also takes the row locks in the order of the arrays, which is sorted. Durability is not left to the server's default.
    public const string PrepareWriter = """
        SET enable_seqscan = off;
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET plan_cache_mode = force_generic_plan;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        """;

    public const string Create = """
        INSERT INTO grain_state
            (grain_type, grain_key, state_name, version, write_token, state_version, slot, merchant_id, status, due_at, created_at, updated_at,
             document, waits_for, waits_since)
        SELECT u.grain_type, u.grain_key, u.state_name, 1, u.token, $13, u.slot, u.merchant_id, u.status, u.due_at, u.created_at, $14,
            u.document, u.waits_for, u.waits_since
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            AS u (grain_type, grain_key, state_name, token, slot, merchant_id, status, due_at, created_at, document, waits_for, waits_since)
        ON CONFLICT DO NOTHING
        RETURNING write_token
        """;

    public const string Update = """
        UPDATE grain_state AS g
        SET version = g.version + 1, write_token = u.token, state_version = $13, slot = u.slot, merchant_id = u.merchant_id,
            status = u.status, due_at = u.due_at, created_at = u.created_at, updated_at = $14, document = u.document,
            waits_for = u.waits_for, waits_since = u.waits_since
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $15, $16)
            AS u (grain_type, grain_key, state_name, token, slot, merchant_id, status, due_at, created_at, document, waits_for, waits_since,
                  expected_version, expected_token)
        WHERE g.grain_type = u.grain_type AND g.grain_key = u.grain_key AND g.state_name = u.state_name
          AND g.version = u.expected_version AND g.write_token = u.expected_token
        RETURNING u.token
        """;

    public const string Delete = """
        DELETE FROM grain_state AS g
        USING unnest($1, $2, $3, $4, $5, $6) AS u (grain_type, grain_key, state_name, token, expected_version, expected_token)
        WHERE g.grain_type = u.grain_type AND g.grain_key = u.grain_key AND g.state_name = u.state_name
          AND g.version = u.expected_version AND g.write_token = u.expected_token
        RETURNING u.token
        """;

    public const string ReadTags = """
        SELECT u.token, g.version, g.write_token
        FROM unnest($1, $2, $3, $4) AS u (grain_type, grain_key, state_name, token)
        JOIN grain_state AS g ON g.grain_type = u.grain_type AND g.grain_key = u.grain_key AND g.state_name = u.state_name
        """;

    public const string Read = """
        SELECT version, write_token, state_version, document
        FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3
        """;

    // The order is the index's, and the comparison of rows is the way into it. Without a cursor the position is after everything.
    public const string ReadListed = """
        SELECT grain_key, created_at, version, write_token, state_version, document
        FROM grain_state
        WHERE grain_type = $1 AND merchant_id = $2 AND created_at IS NOT NULL AND created_at >= $3 AND created_at < $4
          AND (created_at, grain_key) < ($5, $6) AND state_name = $7 AND ($8::text IS NULL OR status = $8)
        ORDER BY created_at DESC, grain_key DESC
        LIMIT $9
        """;

    public const string ReadDue = """
        SELECT grain_type, grain_key FROM grain_state WHERE due_at <= $1 AND slot % $2 = $3 ORDER BY due_at, slot LIMIT $4
        """;

    // Text is compared by its bytes, as a cursor that another database gave out would be.
    public const string ListWaiting = """
        SELECT grain_type, grain_key, merchant_id, status, waits_since, due_at FROM grain_state
        WHERE waits_for = $1 AND (waits_since, (grain_type || '/' || grain_key) COLLATE "C") > ($2, $3)
        ORDER BY waits_since, (grain_type || '/' || grain_key) COLLATE "C"
        LIMIT $4
        """;

    public const string ReadBacklog = """
        SELECT coalesce(status, ''), count(*), min(due_at) FROM grain_state WHERE due_at IS NOT NULL GROUP BY 1
        """;

    public const string ReadWaiting = """
        SELECT waits_for, grain_type, count(*), min(waits_since) FROM grain_state WHERE waits_for IS NOT NULL GROUP BY waits_for, grain_type
        UNION ALL
        SELECT '', '', 0, min(due_at) FROM grain_state WHERE due_at IS NOT NULL
        """;
}

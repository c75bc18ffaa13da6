-- Grain state through Orleans' ADO.NET grain storage (Payments:Storage:Kind=AdoNet). Its rows are those of our own storage, table grain_state: one unique key
-- per state, one due index, and a service can be moved from one storage to the other, silo by silo, without moving a row.
--
-- Orleans passes a text key and a payload. Ours are: the key `type/key` of the grain; a line of JSON with what goes into columns, then the document.
-- The line is read here and not the document, so that what is due is decided in one place, the grain's, and every text survives: PostgreSQL's JSON
-- functions refuse \u0000, which a document may contain.

-- Orleans compares one integer. This one is never the same for two writes in a row, and hardly ever (1 in 2^19) for two lives of a row with a clear
-- between them.
CREATE FUNCTION grain_state_etag(version bigint, write_token bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $function$ SELECT (((version & 4095) << 19) | (write_token & 524287))::integer $function$;

COMMENT ON FUNCTION grain_state_etag IS 'The ETag that Orleans'' ADO.NET grain storage sees: 12 bits of the version, 19 of the write token.';

-- Orleans formats a key as if it were a format string, so braces arrive doubled.
CREATE FUNCTION grain_state_key(type_and_key text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $function$ SELECT replace(replace(substr(type_and_key, strpos(type_and_key, '/') + 1), '{{', '{'), '}}', '}') $function$;

COMMENT ON FUNCTION grain_state_key IS 'The key in `type/key`.';

INSERT INTO orleansquery (querykey, querytext) VALUES
-- One compare-and-swap, the first insert included: of two writers one changes the row, and for the other nothing comes back.
('WriteToStorageKey', $query$
    WITH given AS (
        SELECT
            split_part(@GrainIdExtensionString, '/', 1) AS grain_type,
            grain_state_key(@GrainIdExtensionString) AS grain_key,
            line.*,
            substr(payload, strpos(payload, E'\n') + 1)::json AS document
        FROM convert_from(@PayloadBinary, 'UTF8') AS payload
        CROSS JOIN LATERAL json_to_record(split_part(payload, E'\n', 1)::json) AS line (
            token bigint, state_version integer, slot integer, merchant_id uuid, status text, due_at timestamptz, created_at timestamptz,
            updated_at timestamptz, waits_for text, waits_since timestamptz)
    ), created AS (
        INSERT INTO grain_state (
            grain_type, grain_key, state_name, version, write_token, state_version, slot, merchant_id, status, due_at, created_at, updated_at,
            document, waits_for, waits_since)
        SELECT grain_type, grain_key, @GrainTypeString, 1, token, state_version, slot, merchant_id, status, due_at, created_at, updated_at,
            document, waits_for, waits_since
        FROM given
        WHERE @GrainStateVersion IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version, write_token
    ), changed AS (
        UPDATE grain_state AS g
        SET version = g.version + 1, write_token = given.token, state_version = given.state_version, slot = given.slot,
            merchant_id = given.merchant_id, status = given.status, due_at = given.due_at, created_at = given.created_at,
            updated_at = given.updated_at, document = given.document, waits_for = given.waits_for, waits_since = given.waits_since
        FROM given
        WHERE g.grain_type = given.grain_type AND g.grain_key = given.grain_key AND g.state_name = @GrainTypeString
            AND grain_state_etag(g.version, g.write_token) = @GrainStateVersion
        RETURNING g.version, g.write_token
    )
    SELECT grain_state_etag(version, write_token) AS "NewGrainStateVersion" FROM created
    UNION ALL
    SELECT grain_state_etag(version, write_token) FROM changed
$query$),

('ReadFromStorageKey', $query$
    SELECT
        convert_to(json_build_object('state_version', state_version)::text || E'\n' || document::text, 'UTF8') AS "PayloadBinary",
        grain_state_etag(version, write_token) AS "Version"
    FROM grain_state
    WHERE grain_type = split_part(@GrainIdExtensionString, '/', 1)
        AND grain_key = grain_state_key(@GrainIdExtensionString)
        AND state_name = @GrainTypeString
$query$),

-- What comes back only has to differ from the ETag that was given.
('DeleteStorageKey', $query$
    DELETE FROM grain_state
    WHERE grain_type = split_part(@GrainIdExtensionString, '/', 1)
        AND grain_key = grain_state_key(@GrainIdExtensionString)
        AND state_name = @GrainTypeString
        AND grain_state_etag(version, write_token) = @GrainStateVersion
    RETURNING grain_state_etag(version + 1, write_token) AS "NewGrainStateVersion"
$query$);

-- Cleared is deleted: Orleans asks for both queries, and this service never leaves an empty row.
INSERT INTO orleansquery (querykey, querytext)
SELECT 'ClearStorageKey', querytext FROM orleansquery WHERE querykey = 'DeleteStorageKey';

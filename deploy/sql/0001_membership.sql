-- Where silos find each other (Orleans' ADO.NET clustering, PostgreSQL 13 or later). Applied by `migrate` and by every silo at its start, once,
-- under an advisory lock; to apply it by hand, insert its number into cluster_schema_version as well.
--
-- Orleans asks for its queries by key in a table of this name and with these columns; which tables the queries use is ours to decide.
-- It passes parameters by name and reads columns by name, in any case.
CREATE TABLE orleansquery (
    querykey  text NOT NULL,
    querytext text NOT NULL,
    CONSTRAINT orleansquery_pkey PRIMARY KEY (querykey)
);

-- One row per cluster. Every change to a cluster's silos is a compare-and-swap on its version: of two silos that change the table at the same
-- time one succeeds, and the other reads again. That is what makes all silos agree on who is dead.
CREATE TABLE cluster_version (
    cluster_id text COLLATE "C" NOT NULL,
    version    integer          NOT NULL DEFAULT 0,
    changed_at timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT cluster_version_pkey PRIMARY KEY (cluster_id),
    CONSTRAINT cluster_version_counts_up CHECK (version >= 0)
);

-- One row per life of a silo: a silo that is started again on the same address is another generation.
CREATE TABLE cluster_silo (
    cluster_id    text COLLATE "C" NOT NULL,
    address       text COLLATE "C" NOT NULL,
    port          integer          NOT NULL,
    generation    integer          NOT NULL,
    silo_name     text             NOT NULL,
    host_name     text             NOT NULL,
    status        integer          NOT NULL,
    gateway_port  integer          NOT NULL,
    suspicions    text,
    started_at    timestamptz      NOT NULL,
    last_alive_at timestamptz      NOT NULL,
    CONSTRAINT cluster_silo_pkey PRIMARY KEY (cluster_id, address, port, generation),
    CONSTRAINT cluster_silo_cluster FOREIGN KEY (cluster_id) REFERENCES cluster_version (cluster_id),
    CONSTRAINT cluster_silo_status_known CHECK (status BETWEEN 0 AND 6),
    CONSTRAINT cluster_silo_port_valid CHECK (port BETWEEN 1 AND 65535 AND gateway_port BETWEEN 0 AND 65535)
) WITH (fillfactor = 50);

COMMENT ON TABLE cluster_silo IS 'Written by the silos alone. Rows that are not active are removed after a week.';
COMMENT ON COLUMN cluster_silo.status IS '1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.';
COMMENT ON COLUMN cluster_silo.suspicions IS 'Who suspects this silo, and since when.';
COMMENT ON COLUMN cluster_silo.last_alive_at IS 'Written by the silo itself, without a change of the version.';

INSERT INTO orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', $query$
    WITH added AS (
        INSERT INTO cluster_version (cluster_id) VALUES (@DeploymentId) ON CONFLICT (cluster_id) DO NOTHING RETURNING cluster_id
    )
    SELECT count(*)::integer FROM added
$query$),

-- Both rows or none: a silo that is there already, or a version that has moved on, changes nothing and returns 0.
('InsertMembershipKey', $query$
    WITH claimed AS (
        UPDATE cluster_version SET version = version + 1, changed_at = now()
        WHERE cluster_id = @DeploymentId AND version = @Version
            AND NOT EXISTS (
                SELECT FROM cluster_silo
                WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster_id
    ), added AS (
        INSERT INTO cluster_silo (
            cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, started_at, last_alive_at)
        SELECT cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM claimed
        RETURNING cluster_id
    )
    SELECT count(*)::integer FROM added
$query$),

-- The silo's row is locked first, so that the version moves on only if there is a row to change.
('UpdateMembershipKey', $query$
    WITH found AS (
        SELECT cluster_id FROM cluster_silo
        WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        FOR UPDATE
    ), claimed AS (
        UPDATE cluster_version SET version = version + 1, changed_at = now()
        FROM found
        WHERE cluster_version.cluster_id = found.cluster_id AND version = @Version
        RETURNING cluster_version.cluster_id
    ), changed AS (
        UPDATE cluster_silo SET status = @Status, suspicions = @SuspectTimes, last_alive_at = @IAmAliveTime
        FROM claimed
        WHERE cluster_silo.cluster_id = claimed.cluster_id AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING cluster_silo.cluster_id
    )
    SELECT count(*)::integer FROM changed
$query$),

('UpdateIAmAlivetimeKey', $query$
    UPDATE cluster_silo SET last_alive_at = @IAmAliveTime
    WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),

-- The version comes back even when there is no silo yet.
('MembershipReadAllKey', $query$
    SELECT
        v.version AS "Version", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName",
        s.host_name AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort", s.suspicions AS "SuspectTimes",
        s.started_at AS "StartTime", s.last_alive_at AS "IAmAliveTime"
    FROM cluster_version v
    LEFT JOIN cluster_silo s ON s.cluster_id = v.cluster_id
    WHERE v.cluster_id = @DeploymentId
$query$),

('MembershipReadRowKey', $query$
    SELECT
        v.version AS "Version", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName",
        s.host_name AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort", s.suspicions AS "SuspectTimes",
        s.started_at AS "StartTime", s.last_alive_at AS "IAmAliveTime"
    FROM cluster_version v
    LEFT JOIN cluster_silo s
        ON s.cluster_id = v.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE v.cluster_id = @DeploymentId
$query$),

-- What a client may connect to.
('GatewaysQueryKey', $query$
    SELECT address AS "Address", gateway_port AS "ProxyPort", generation AS "Generation"
    FROM cluster_silo
    WHERE cluster_id = @DeploymentId AND status = @Status AND gateway_port > 0
$query$),

-- Never an active silo, however long it was silent: whether it is dead is for the others to decide.
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM cluster_silo WHERE cluster_id = @DeploymentId AND last_alive_at < @IAmAliveTime AND status <> 3
$query$),

('DeleteMembershipTableEntriesKey', $query$
    WITH silos AS (
        DELETE FROM cluster_silo WHERE cluster_id = @DeploymentId
    )
    DELETE FROM cluster_version WHERE cluster_id = @DeploymentId
$query$);

-- Reminders of the cluster (Orleans' ADO.NET reminders). They belong to the service, not to one cluster of it: a new cluster id finds them again.
CREATE TABLE cluster_reminder (
    service_id    text COLLATE "C" NOT NULL,
    grain_id      text COLLATE "C" NOT NULL,
    reminder_name text COLLATE "C" NOT NULL,
    grain_hash    integer          NOT NULL,
    start_at      timestamptz      NOT NULL,
    period_ms     bigint           NOT NULL,
    version       integer          NOT NULL DEFAULT 0,
    CONSTRAINT cluster_reminder_pkey PRIMARY KEY (service_id, grain_id, reminder_name),
    CONSTRAINT cluster_reminder_period_positive CHECK (period_ms > 0)
);

-- Each silo reads the reminders of its own piece of the ring.
CREATE INDEX cluster_reminder_hash ON cluster_reminder (service_id, grain_hash);

COMMENT ON COLUMN cluster_reminder.grain_hash IS 'Orleans'' uniform hash of the grain id, as a signed number.';
COMMENT ON COLUMN cluster_reminder.version IS 'The reminder''s ETag: counts up with every registration.';

INSERT INTO orleansquery (querykey, querytext) VALUES
('UpsertReminderRowKey', $query$
    INSERT INTO cluster_reminder AS r (service_id, grain_id, reminder_name, grain_hash, start_at, period_ms)
    VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period)
    ON CONFLICT (service_id, grain_id, reminder_name) DO UPDATE
        SET grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ms = excluded.period_ms, version = r.version + 1
    RETURNING version AS "Version"
$query$),

('ReadReminderRowsKey', $query$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_at AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM cluster_reminder
    WHERE service_id = @ServiceId AND grain_id = @GrainId
$query$),

('ReadReminderRowKey', $query$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_at AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM cluster_reminder
    WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName
$query$),

-- A range of the ring is open at its beginning and closed at its end …
('ReadRangeRows1Key', $query$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_at AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM cluster_reminder
    WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$query$),

-- … and this one runs over the point where signed numbers wrap around.
('ReadRangeRows2Key', $query$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_at AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM cluster_reminder
    WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$query$),

-- A reminder that was registered again since it was read stays.
('DeleteReminderRowKey', $query$
    WITH gone AS (
        DELETE FROM cluster_reminder
        WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName AND version = @Version
        RETURNING grain_id
    )
    SELECT count(*)::integer FROM gone
$query$),

('DeleteReminderRowsKey', $query$
    DELETE FROM cluster_reminder WHERE service_id = @ServiceId
$query$);

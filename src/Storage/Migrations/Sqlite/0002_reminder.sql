CREATE TABLE reminder (
    grain_type    TEXT    NOT NULL,
    grain_key     TEXT    NOT NULL,
    reminder_name TEXT    NOT NULL,
    grain_hash    INTEGER NOT NULL,
    start_at      TEXT    NOT NULL,
    period_ticks  INTEGER NOT NULL,
    etag          INTEGER NOT NULL,
    PRIMARY KEY (grain_type, grain_key, reminder_name)
) STRICT;

CREATE INDEX reminder_hash ON reminder (grain_hash);

-- Times are UTC text with microseconds (2026-01-31T10:20:30.000000Z): readable, and in text order they are in time order.
CREATE TABLE grain_state (
    grain_type    TEXT    NOT NULL,
    grain_key     TEXT    NOT NULL,
    state_name    TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    write_token   INTEGER NOT NULL,
    state_version INTEGER NOT NULL,
    slot          INTEGER NOT NULL,
    merchant_id   TEXT,
    status        TEXT,
    due_at        TEXT,
    updated_at    TEXT    NOT NULL,
    document      TEXT    NOT NULL,
    PRIMARY KEY (grain_type, grain_key, state_name)
) STRICT;

CREATE INDEX grain_state_due ON grain_state (due_at, slot) WHERE due_at IS NOT NULL;

-- json, not jsonb: it keeps the bytes as written, costs less to write, and accepts \u0000, which jsonb refuses for the whole statement.
CREATE TABLE grain_state (
    grain_type    text COLLATE "C" NOT NULL,
    grain_key     text COLLATE "C" NOT NULL,
    state_name    text COLLATE "C" NOT NULL,
    version       bigint           NOT NULL,
    write_token   bigint           NOT NULL,
    state_version integer          NOT NULL,
    slot          integer          NOT NULL,
    merchant_id   uuid,
    status        text,
    due_at        timestamptz,
    updated_at    timestamptz      NOT NULL,
    document      json             NOT NULL,
    CONSTRAINT grain_state_pkey PRIMARY KEY (grain_type, grain_key, state_name)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX grain_state_due ON grain_state (due_at, slot) WHERE due_at IS NOT NULL;

COMMENT ON TABLE grain_state IS 'One row per grain state. Only the owning grain writes it.';
COMMENT ON COLUMN grain_state.version IS 'Number of writes; compared with write_token on every write.';
COMMENT ON COLUMN grain_state.write_token IS 'Random per write: tells whether a write with an unknown outcome was committed.';
COMMENT ON COLUMN grain_state.state_version IS 'Format of the document; a program refuses what is newer than it knows.';
COMMENT ON COLUMN grain_state.slot IS 'FNV-1a of type/key folded to 16 bits; shard i of n owns slot % n = i.';
COMMENT ON COLUMN grain_state.due_at IS 'When the grain must be woken; null when it waits for nothing.';

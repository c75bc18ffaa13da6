CREATE TABLE reminder (
    grain_type    text COLLATE "C" NOT NULL,
    grain_key     text COLLATE "C" NOT NULL,
    reminder_name text COLLATE "C" NOT NULL,
    grain_hash    bigint           NOT NULL,
    start_at      timestamptz      NOT NULL,
    period_ticks  bigint           NOT NULL,
    etag          bigint           NOT NULL,
    CONSTRAINT reminder_pkey PRIMARY KEY (grain_type, grain_key, reminder_name)
);

CREATE INDEX reminder_hash ON reminder (grain_hash);

COMMENT ON COLUMN reminder.grain_hash IS 'Orleans'' uniform hash of the grain id, 0 to 2^32 - 1.';
COMMENT ON COLUMN reminder.period_ticks IS 'Period in units of 100 ns.';

ALTER TABLE grain_state ADD COLUMN created_at timestamptz;

-- Rows of the versions before have it in their document only: the one at the top, which UpdatedAt follows. As text, because json's own
-- operators refuse a document that has \u0000 anywhere in it.
UPDATE grain_state
SET created_at = substring(document::text from '"CreatedAt":"([^"]+)","UpdatedAt":"')::timestamptz
WHERE grain_type IN ('payment', 'payment-request');

-- A silo of the version before, still running, inserts rows without naming the column.
ALTER TABLE grain_state ALTER COLUMN created_at SET DEFAULT now();

CREATE INDEX grain_state_listed ON grain_state (grain_type, merchant_id, created_at, grain_key) WHERE created_at IS NOT NULL;

COMMENT ON COLUMN grain_state.created_at IS 'Where the row stands in its merchant''s list; null when it is in none.';

ALTER TABLE grain_state ADD COLUMN created_at TEXT;

-- Rows of the version before have it in their document only, as 2026-01-31T10:20:30.1234567+00:00 with none to seven decimals.
UPDATE grain_state
SET created_at = substr(document ->> '$.CreatedAt', 1, 19) || '.'
    || substr(iif(substr(document ->> '$.CreatedAt', 20, 1) = '.',
        substr(document ->> '$.CreatedAt', 21, length(document ->> '$.CreatedAt') - 26), '') || '000000', 1, 6) || 'Z'
WHERE grain_type IN ('payment', 'payment-request');

CREATE INDEX grain_state_listed ON grain_state (grain_type, merchant_id, created_at, grain_key) WHERE created_at IS NOT NULL;

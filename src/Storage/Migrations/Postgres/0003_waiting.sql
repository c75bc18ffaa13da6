ALTER TABLE grain_state ADD COLUMN waits_for text, ADD COLUMN waits_since timestamptz;

UPDATE grain_state SET waits_for = 'cancel', waits_since = updated_at WHERE status IN ('CANCEL_INITIALIZED', 'CANCEL_PENDING');
UPDATE grain_state SET waits_for = 'operator', waits_since = updated_at WHERE status = 'CANCEL_FAILED';

-- What operators count is few rows of many, and must be counted every few seconds: from this index alone.
CREATE INDEX grain_state_waiting ON grain_state (waits_for, grain_type, waits_since) WHERE waits_for IS NOT NULL;

COMMENT ON COLUMN grain_state.waits_for IS 'cancel, operator or dead_letter; null when nobody needs to know.';

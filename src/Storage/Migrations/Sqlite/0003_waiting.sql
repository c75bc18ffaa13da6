ALTER TABLE grain_state ADD COLUMN waits_for TEXT;
ALTER TABLE grain_state ADD COLUMN waits_since TEXT;

UPDATE grain_state SET waits_for = 'cancel', waits_since = updated_at WHERE status IN ('CANCEL_INITIALIZED', 'CANCEL_PENDING');
UPDATE grain_state SET waits_for = 'operator', waits_since = updated_at WHERE status = 'CANCEL_FAILED';

CREATE INDEX grain_state_waiting ON grain_state (waits_for, grain_type, waits_since) WHERE waits_for IS NOT NULL;

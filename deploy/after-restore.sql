-- After a restore to an earlier point, before the first silo starts (docs/operating.md): numbers of payment requests that were given out after that
-- point must not be given out again. Their owners still use them, and Klarna answers a key that it has seen with what it answered then.
-- The distance must be larger than the number of payment requests made since that point.
UPDATE grain_state
SET document = jsonb_set(document::jsonb, '{NextBlock}', to_jsonb((document ->> 'NextBlock')::bigint + 1000000))::json
WHERE grain_type = 'payment-request-id';

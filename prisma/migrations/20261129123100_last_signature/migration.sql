-- When a signing key last signed, for those who decide on its deletion: one step into this index for each key. Of a year
-- it holds at most one row a minute for each key and process. Run by the owner.
CREATE INDEX event_of_key_signature ON audit.event ((record #>> '{facts,key}'), started_at DESC)
  WHERE kind = 'SYSTEM' AND event = 'KMS_SIGNATURES';

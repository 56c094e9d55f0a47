-- An emergency is recorded before anything is done, so that what an outage or a crash interrupts goes on. Run by the owner.

ALTER TABLE key_emergency
  -- Whether the key signed for callers until then.
  ADD COLUMN was_active   BOOLEAN NOT NULL DEFAULT false,
  -- From where the person acted, as registry_change keeps it.
  ADD COLUMN origin       TEXT,
  -- When the registry took the key out of use.
  ADD COLUMN taken_out_at TIMESTAMPTZ(3),
  -- The last step that the audit trail has of it; null: none yet.
  ADD COLUMN audited_step TEXT,
  ADD CONSTRAINT key_emergency_audited_step_known CHECK (audited_step IN ('begun', 'confirmed'));

-- Until now the registry came first, and nothing of it was audited.
UPDATE key_emergency SET
  was_active = EXISTS (
    SELECT FROM signing_key k WHERE k.kid = key_emergency.kid AND k.retired_at = key_emergency.disabled_at),
  taken_out_at = disabled_at,
  audited_step = CASE WHEN kms_disabled_at IS NULL THEN 'begun' ELSE 'confirmed' END;

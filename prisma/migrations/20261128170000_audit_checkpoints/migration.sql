-- Signed checkpoints of the audit trail (docs/audit.md, "Checkpoints"). Rows are only ever added, as in the trail. The
-- sequence number is the key, so of two workers that make the same checkpoint one is refused.
CREATE TABLE audit.checkpoint (
  sequence bigint PRIMARY KEY CHECK (sequence > 0),
  made_at  timestamptz(3) NOT NULL,
  is_full  boolean NOT NULL,
  chains   integer NOT NULL CHECK (chains >= 0),
  jws      text NOT NULL,
  heads    text NOT NULL,
  -- Chains of which the database had less than an earlier checkpoint covers, when this one was made.
  behind   jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(behind) = 'array')
);

-- Where a checkpoint has been stored and read back, with the version that the store gave it.
CREATE TABLE audit.checkpoint_copy (
  sequence  bigint NOT NULL REFERENCES audit.checkpoint,
  place     text NOT NULL,
  version   text,
  stored_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (place, sequence)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.checkpoint FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.checkpoint_copy FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.checkpoint EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.checkpoint_copy EXECUTE FUNCTION audit.refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON audit.checkpoint, audit.checkpoint_copy TO %I', current_setting('gatehouse.running_role'));
END $$;

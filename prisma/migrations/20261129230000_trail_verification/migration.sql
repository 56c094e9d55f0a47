-- Verification of the audit trail inside the database (docs/audit.md, "Verification by the worker"; ADR 67). Rows are only
-- ever added, as in the trail. Run by the owner. The running role is named by the setting `gatehouse.running_role`.

-- A pass verifies each chain from its first record on. Once it has reached every head, new records are verified where it
-- left off, until another pass has been completed.
CREATE TABLE audit.verification_pass (
  pass         integer PRIMARY KEY CHECK (pass > 0),
  begun_at     timestamptz(3) NOT NULL,
  -- `schedule`, or the person who asked for it.
  requested_by text NOT NULL
);

-- A stretch of one chain that was verified. The key decides between two workers that verify the same records.
CREATE TABLE audit.verified_range (
  pass         integer NOT NULL REFERENCES audit.verification_pass,
  writer       uuid NOT NULL,
  after_seq    bigint NOT NULL CHECK (after_seq >= 0),
  -- Its last record that is sound, and that record's hash; of a stretch without one, those of the record before it.
  to_seq       bigint NOT NULL,
  hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
  run          uuid NOT NULL,
  requested_by text NOT NULL,
  verified_at  timestamptz(3) NOT NULL,
  -- What is wrong, and at which number. This pass goes no further on this chain.
  fault        text,
  fault_seq    bigint,
  PRIMARY KEY (pass, writer, after_seq),
  CONSTRAINT verified_range_goes_on CHECK (to_seq >= after_seq AND (to_seq > after_seq OR fault IS NOT NULL)),
  CONSTRAINT verified_range_fault_whole CHECK ((fault IS NULL) = (fault_seq IS NULL))
);
-- What was verified once must be there in every later pass.
CREATE INDEX verified_range_ends ON audit.verified_range (writer, to_seq);
CREATE INDEX verified_range_faults ON audit.verified_range (pass, verified_at) WHERE fault IS NOT NULL;

-- One row for each run that ended: by whom, how far, and with what result.
CREATE TABLE audit.verification (
  id           uuid PRIMARY KEY,
  pass         integer NOT NULL REFERENCES audit.verification_pass,
  requested_by text NOT NULL,
  began_at     timestamptz(3) NOT NULL,
  ended_at     timestamptz(3) NOT NULL CHECK (ended_at >= began_at),
  -- Records that this run verified, and the chains that have them; `verified_range.run` names the stretches.
  records      bigint NOT NULL CHECK (records >= 0),
  chains       integer NOT NULL CHECK (chains >= 0),
  -- The newest checkpoint that the chains were compared with; null: there was none.
  checkpoint   bigint,
  -- Whether it went through its pass, and not only through records that were new since then; and whether that pass has
  -- now reached the end of every chain that has no fault.
  is_whole     boolean NOT NULL,
  completes    boolean NOT NULL CHECK (is_whole OR NOT completes),
  -- Chains that have a fault in this pass, and the first of these faults.
  faults       integer NOT NULL CHECK (faults >= 0),
  fault_writer uuid,
  fault_seq    bigint,
  fault        text,
  CONSTRAINT verification_fault_whole CHECK (
    (faults = 0) = (fault IS NULL) AND (faults = 0) = (fault_writer IS NULL) AND (faults = 0) = (fault_seq IS NULL)
  )
);
CREATE UNIQUE INDEX verification_completes_once ON audit.verification (pass) WHERE completes;
CREATE INDEX verification_newest ON audit.verification (began_at DESC, id DESC);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['verification_pass', 'verified_range', 'verification'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('GRANT SELECT, INSERT ON audit.%I TO %I', name, current_setting('gatehouse.running_role'));
  END LOOP;
END $$;

ALTER TABLE upkeep_finding DROP CONSTRAINT upkeep_finding_watch_known;
ALTER TABLE upkeep_finding ADD CONSTRAINT upkeep_finding_watch_known CHECK (watch IN (
  'unused-client', 'deprecated-call', 'refused-sign-ins', 'unrecorded-signature', 'signature-log', 'trail-fault'));

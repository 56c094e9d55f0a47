-- Months that have left the database (docs/audit.md, "Removing a month"; ADR 91). Rows are only ever added, by the owner alone: the
-- running role reads them. The running role is named by the setting `gatehouse.running_role`.

CREATE TABLE audit.removal (
  -- The chain of its event, which is its only record.
  writer        uuid PRIMARY KEY,
  -- A month may leave twice: a record that is written late is in tables of its own again.
  month         text NOT NULL REFERENCES audit.archive,
  removed_at    timestamptz(3) NOT NULL,
  removed_by    text NOT NULL,
  records       bigint NOT NULL CHECK (records >= 0),
  subjects      bigint NOT NULL CHECK (subjects >= 0),
  -- SHA-256 of the manifest of the month.
  manifest      bytea NOT NULL CHECK (octet_length(manifest) = 32),
  -- SHA-256 of the lines of its stretches.
  ranges_sha256 bytea NOT NULL CHECK (octet_length(ranges_sha256) = 32)
);
CREATE INDEX removal_month ON audit.removal (month);

-- A stretch of a chain that left with a month, without a gap. `prev_hash` is that of the record before it, `hash` that of its last
-- one: the chain goes on there.
CREATE TABLE audit.removed_range (
  removal   uuid NOT NULL REFERENCES audit.removal,
  writer    uuid NOT NULL,
  from_seq  bigint NOT NULL CHECK (from_seq > 0),
  to_seq    bigint NOT NULL,
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (writer, from_seq),
  CONSTRAINT removed_range_stretch CHECK (to_seq >= from_seq)
);
CREATE INDEX removed_range_removal ON audit.removed_range (removal);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['removal', 'removed_range'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('GRANT SELECT ON audit.%I TO %I', name, current_setting('gatehouse.running_role'));
  END LOOP;
END $$;

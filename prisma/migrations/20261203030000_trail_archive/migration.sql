-- The archive of the audit trail, month by month (docs/audit.md, "Archive"; ADR 87). Rows are only ever added, as in the
-- trail. Run by the owner. The running role is named by the setting `gatehouse.running_role`.

-- What the archive of a month will have. It is fixed before the first object is stored; the key decides between two workers.
CREATE TABLE audit.archive_plan (
  month           text PRIMARY KEY CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  planned_at      timestamptz(3) NOT NULL,
  -- The version of Gatehouse that planned it.
  gatehouse       text NOT NULL,
  -- SHA-256 of the manifest of the archive before it; zeros for the first.
  previous        bytea NOT NULL CHECK (octet_length(previous) = 32),
  -- The newest checkpoint then, and its hash.
  checkpoint      bigint NOT NULL CHECK (checkpoint > 0),
  checkpoint_hash bytea NOT NULL CHECK (octet_length(checkpoint_hash) = 32)
);

-- The stretch of each chain, and how the chain stood. `prev_hash` is that of the record before the stretch.
CREATE TABLE audit.archive_chain (
  month     text NOT NULL REFERENCES audit.archive_plan,
  writer    uuid NOT NULL,
  state     text NOT NULL,
  head_seq  bigint NOT NULL,
  head_hash bytea NOT NULL CHECK (octet_length(head_hash) = 32),
  from_seq  bigint NOT NULL CHECK (from_seq > 0),
  to_seq    bigint NOT NULL,
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (writer, month),
  CONSTRAINT archive_chain_stretch CHECK (to_seq >= from_seq AND head_seq >= to_seq)
);
CREATE INDEX archive_chain_month ON audit.archive_chain (month);

-- An object with some records of one chain. `bytes` and `sha256` are those of its lines before they are compressed.
CREATE TABLE audit.archive_object (
  month     text NOT NULL REFERENCES audit.archive_plan,
  writer    uuid NOT NULL,
  from_seq  bigint NOT NULL CHECK (from_seq > 0),
  to_seq    bigint NOT NULL,
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
  bytes     bigint NOT NULL CHECK (bytes > 0),
  sha256    bytea NOT NULL CHECK (octet_length(sha256) = 32),
  file      text NOT NULL,
  PRIMARY KEY (month, writer, from_seq),
  CONSTRAINT archive_object_stretch CHECK (to_seq >= from_seq)
);

-- Where an object, or the manifest, has been stored, read back and compared, with the version that the store gave it.
CREATE TABLE audit.archive_copy (
  month     text NOT NULL REFERENCES audit.archive_plan,
  place     text NOT NULL,
  file      text NOT NULL,
  version   text,
  stored_at timestamptz(3) NOT NULL,
  PRIMARY KEY (month, place, file)
);

-- A month whose objects and manifest are stored in every place, were read back, and fit together.
CREATE TABLE audit.archive (
  month       text PRIMARY KEY REFERENCES audit.archive_plan,
  archived_at timestamptz(3) NOT NULL,
  records     bigint NOT NULL CHECK (records >= 0),
  objects     integer NOT NULL CHECK (objects >= 0),
  bytes       bigint NOT NULL CHECK (bytes >= 0),
  -- SHA-256 of the manifest.
  manifest    bytea NOT NULL CHECK (octet_length(manifest) = 32)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['archive_plan', 'archive_chain', 'archive_object', 'archive_copy', 'archive'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('GRANT SELECT, INSERT ON audit.%I TO %I', name, current_setting('gatehouse.running_role'));
  END LOOP;
END $$;

-- Which worker archives, until when, and since when each attempt has failed. There is one row.
CREATE TABLE audit_search.archive_run (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  held_by       uuid,
  held_until    timestamptz(3) NOT NULL,
  failing_since timestamptz(3),
  cause         text CHECK (char_length(cause) <= 300)
);

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON audit_search.archive_run TO %I', current_setting('gatehouse.running_role'));
END $$;

-- The stream of the audit trail to a collector (docs/audit.md, "Stream"; ADR 81). Run by the owner. The running role is
-- named by `gatehouse.running_role`.

-- A place that takes the trail. One worker at a time sends to it: `held_by`, until `held_until`.
CREATE TABLE audit_search.stream (
  place         text PRIMARY KEY,
  held_by       uuid,
  held_until    timestamptz(3) NOT NULL,
  -- When it last had every record, and when it last took one.
  complete_at   timestamptz(3),
  taken_at      timestamptz(3),
  failing_since timestamptz(3),
  cause         text CHECK (char_length(cause) <= 300)
);

-- How far each chain is taken: its records up to `seq`.
CREATE TABLE audit_search.stream_position (
  place  text   NOT NULL REFERENCES audit_search.stream ON DELETE CASCADE,
  writer uuid   NOT NULL,
  seq    bigint NOT NULL CHECK (seq >= 0),
  PRIMARY KEY (place, writer)
) WITH (fillfactor = 70);

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_search.stream, audit_search.stream_position TO %I',
    current_setting('gatehouse.running_role'));
END $$;

-- The audit trail (docs/audit.md). Own schema, outside Prisma's models: written and read through `pg` alone.
-- Run by the owner. The running role is named by the setting `gatehouse.running_role`.

CREATE SCHEMA audit;

-- One chain a writer process. `seq` and `hash` are the chain's head and move only by compare-and-set, which makes
-- (writer, seq) unique and gap-free. `epoch` is raised whenever the head is read again after an ambiguous failure,
-- so that a statement still under way on a lost connection can no longer commit. Every INTENT below `open_from`
-- has its OUTCOME.
CREATE TABLE audit.writer (
  writer      uuid PRIMARY KEY,
  seq         bigint NOT NULL CHECK (seq >= 0),
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  epoch       bigint NOT NULL DEFAULT 0,
  open_from   bigint NOT NULL DEFAULT 1,
  started_at  timestamptz(3) NOT NULL DEFAULT now(),
  lease_until timestamptz(3) NOT NULL,
  host        text NOT NULL,
  state       text NOT NULL CHECK (state IN ('live', 'sweeping', 'swept', 'closed'))
) WITH (fillfactor = 50);
CREATE INDEX writer_unfinished ON audit.writer (state) WHERE state IN ('live', 'sweeping');

CREATE TABLE audit.event (
  writer              uuid NOT NULL,
  seq                 bigint NOT NULL CHECK (seq > 0),
  started_at          timestamptz(3) NOT NULL,
  kind                text NOT NULL CHECK (kind IN ('INTENT', 'OUTCOME', 'END', 'DENIED', 'SYSTEM')),
  attempt_id          uuid NOT NULL,
  prev_hash           bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash                bytea NOT NULL CHECK (octet_length(hash) = 32),
  record              jsonb NOT NULL,
  ods_code            text GENERATED ALWAYS AS (record ->> 'odsCode') STORED,
  client_id           text GENERATED ALWAYS AS (record ->> 'clientId') STORED,
  binding_id          text GENERATED ALWAYS AS (record ->> 'bindingId') STORED,
  interaction         text GENERATED ALWAYS AS (record ->> 'interaction') STORED,
  outcome             text GENERATED ALWAYS AS (record ->> 'outcome') STORED,
  correlation_id      text GENERATED ALWAYS AS (record ->> 'correlationId') STORED,
  request_id          text GENERATED ALWAYS AS (record ->> 'requestId') STORED,
  upstream_request_id text GENERATED ALWAYS AS (record ->> 'upstreamRequestId') STORED,
  code                text GENERATED ALWAYS AS (record ->> 'code') STORED,
  event               text GENERATED ALWAYS AS (record ->> 'event') STORED,
  PRIMARY KEY (writer, seq, started_at),
  -- One row of a kind for an attempt: decides between a writer and a sweeper that race for the OUTCOME.
  CONSTRAINT event_once UNIQUE (attempt_id, kind, started_at),
  -- The columns say what the hashed record says.
  CONSTRAINT event_is_record CHECK (
    record ->> 'writer' = writer::text
    AND (record ->> 'seq')::bigint = seq
    AND record ->> 'kind' = kind
    AND (record ->> 'attemptId')::uuid = attempt_id
    AND (record ->> 'startedAtMs')::bigint = (extract(epoch FROM started_at) * 1000)::bigint
  )
) PARTITION BY RANGE (started_at);

CREATE INDEX event_by_organisation ON audit.event (ods_code, started_at DESC) WHERE ods_code IS NOT NULL;
CREATE INDEX event_by_client ON audit.event (client_id, started_at DESC) WHERE client_id IS NOT NULL;
CREATE INDEX event_by_correlation ON audit.event (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX event_by_upstream_request ON audit.event (upstream_request_id) WHERE upstream_request_id IS NOT NULL;
CREATE INDEX event_by_request ON audit.event (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX event_by_time ON audit.event (started_at DESC);

-- Patients an attempt concerned: a keyed hash to find them by and a sealed value for a later, approved reveal.
-- `event_kind` names the row of the attempt whose `subjectsDigest` covers this one.
CREATE TABLE audit.subject (
  started_at timestamptz(3) NOT NULL,
  attempt_id uuid NOT NULL,
  event_kind text NOT NULL CHECK (event_kind IN ('INTENT', 'OUTCOME', 'END', 'DENIED')),
  ods_code   text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('nhs-number', 'ubrn')),
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  sealed     bytea NOT NULL,
  key_id     uuid NOT NULL
) PARTITION BY RANGE (started_at);
CREATE INDEX subject_by_hash ON audit.subject (hash);
CREATE INDEX subject_by_attempt ON audit.subject (attempt_id);

-- One data key an organisation, wrapped by KMS. Destroying it shreds the organisation's sealed values.
CREATE TABLE audit.organisation_key (
  ods_code   text PRIMARY KEY,
  key_id     uuid NOT NULL UNIQUE,
  wrapped    bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit rows are never changed or removed (% on %.%)', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

-- Row triggers are copied to partitions by PostgreSQL, those on TRUNCATE are not: every partition gets its own.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.event FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.subject FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.event EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.subject EXECUTE FUNCTION audit.refuse_change();

-- Rows of a month that has no partition of its own: nothing is refused for want of one.
CREATE TABLE audit.event_default PARTITION OF audit.event DEFAULT;
CREATE TABLE audit.subject_default PARTITION OF audit.subject DEFAULT;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.event_default EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.subject_default EXECUTE FUNCTION audit.refuse_change();

-- Makes the partitions of the month (UTC) that holds `month`; doing it twice changes nothing. A month whose rows
-- already lie in the default partition stays there, since rows are never moved. True when the month has its own.
CREATE FUNCTION audit.ensure_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first_day date := date_trunc('month', month)::date;
  lower_bound timestamptz := first_day::timestamp AT TIME ZONE 'UTC';
  upper_bound timestamptz := (first_day + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  parent text;
  part text;
  taken boolean;
  own_all boolean := true;
BEGIN
  FOREACH parent IN ARRAY ARRAY['event', 'subject'] LOOP
    part := parent || '_' || to_char(first_day, 'YYYYMM');
    CONTINUE WHEN to_regclass(format('audit.%I', part)) IS NOT NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM audit.%I WHERE started_at >= $1 AND started_at < $2)', parent || '_default')
      INTO taken USING lower_bound, upper_bound;
    IF taken THEN
      own_all := false;
    ELSE
      EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.%I FOR VALUES FROM (%L) TO (%L)',
        part, parent, lower_bound, upper_bound);
      EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', part);
    END IF;
  END LOOP;
  RETURN own_all;
END $$;
REVOKE EXECUTE ON FUNCTION audit.ensure_partition(date) FROM PUBLIC;

DO $$
DECLARE
  running_role text := current_setting('gatehouse.running_role');
  ahead int;
BEGIN
  FOR ahead IN 0..2 LOOP
    PERFORM audit.ensure_partition((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date);
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', running_role);
  EXECUTE format('GRANT SELECT, INSERT ON audit.event, audit.subject, audit.organisation_key TO %I', running_role);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON audit.writer TO %I', running_role);
END $$;

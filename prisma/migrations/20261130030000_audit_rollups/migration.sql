-- Hourly roll-ups of the audit trail (docs/audit.md, "Roll-ups"; ADR 70). They are computed from the trail and can be made
-- again from it, so the running role may write here; in schema `audit` it may only add. The migration creates the tables
-- alone: a job counts the records that exist. Run by the owner. The running role is named by `gatehouse.running_role`.

CREATE SCHEMA audit_search;

-- How far each chain is counted: its records up to `seq`. Moves in the statement that counts them.
CREATE TABLE audit_search.position (
  writer   uuid PRIMARY KEY,
  seq      bigint NOT NULL CHECK (seq >= 0),
  moved_at timestamptz(3) NOT NULL
) WITH (fillfactor = 70);

-- Requests and attempts by the hour (UTC) in which they began: those that have an OUTCOME, and rejected requests.
-- `own` and `upstream` have a number for each bucket of libs/domain/src/audit/rollup/buckets.ts; null: nothing was timed.
CREATE TABLE audit_search.hour (
  hour           timestamptz NOT NULL,
  environment    text,
  ods_code       text,
  client_id      text,
  application_id text,
  interaction    text,
  outcome        text NOT NULL,
  code           text,
  count          bigint NOT NULL CHECK (count > 0),
  own            integer[],
  upstream       integer[],
  CONSTRAINT hour_once UNIQUE NULLS NOT DISTINCT
    (hour, environment, ods_code, client_id, application_id, interaction, outcome, code)
);

-- The same by organisation alone, and for all organisations together ('*'), so that a month is read from few rows.
CREATE TABLE audit_search.hour_total (
  hour     timestamptz NOT NULL,
  ods_code text NOT NULL,
  outcome  text NOT NULL,
  code     text,
  count    bigint NOT NULL CHECK (count > 0),
  own      integer[],
  upstream integer[],
  CONSTRAINT hour_total_once UNIQUE NULLS NOT DISTINCT (ods_code, hour, outcome, code)
) WITH (fillfactor = 70);

-- Adds two histograms, place by place; null holds nothing.
CREATE FUNCTION audit_search.added(integer[], integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog AS $$
  SELECT CASE WHEN $1 IS NULL THEN $2 WHEN $2 IS NULL THEN $1 ELSE
    (SELECT array_agg(coalesce(a, 0) + coalesce(b, 0) ORDER BY place)
       FROM unnest($1, $2) WITH ORDINALITY AS both_of (a, b, place)) END
$$;

REVOKE EXECUTE ON FUNCTION audit_search.added(integer[], integer[]) FROM PUBLIC;
DO $$
DECLARE
  running_role text := current_setting('gatehouse.running_role');
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit_search TO %I', running_role);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON audit_search.position, audit_search.hour,
    audit_search.hour_total TO %I', running_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit_search.added(integer[], integer[]) TO %I', running_role);
END $$;

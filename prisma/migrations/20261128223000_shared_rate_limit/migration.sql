-- The rate of each APIM application, shared by all replicas (ADR 45). Run by the owner.
-- Unlogged: after a crash every slot in it is past, and a commit that writes no WAL doesn't wait for the disk.
-- Times are milliseconds since 1970 by the clock of this server.

CREATE SCHEMA rate;

CREATE UNLOGGED TABLE rate.slot (
  -- The id of an application, or `token:` and the id for its requests to the token endpoint.
  key      TEXT             NOT NULL,
  taken_at DOUBLE PRECISION NOT NULL,
  next_at  DOUBLE PRECISION NOT NULL,
  -- The minute since 1970 of the newest slot, and how many slots it has had.
  minute   BIGINT           NOT NULL,
  used     INTEGER          NOT NULL,
  -- Of the request to the store that was given the newest slot.
  ticket   TEXT             NOT NULL,
  CONSTRAINT slot_pkey PRIMARY KEY (key)
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE rate.replica (
  id                 TEXT             NOT NULL,
  backend_pid        INTEGER          NOT NULL,
  backend_started_at TIMESTAMPTZ      NOT NULL,
  seen_at            DOUBLE PRECISION NOT NULL,
  state              TEXT             NOT NULL,
  CONSTRAINT replica_pkey PRIMARY KEY (id),
  CONSTRAINT replica_state_known CHECK (state IN ('joining', 'shared', 'divided', 'slow'))
) WITH (fillfactor = 50);

DO $$
DECLARE running_role text := current_setting('gatehouse.running_role');
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA rate TO %I', running_role);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON rate.slot, rate.replica TO %I', running_role);
END $$;

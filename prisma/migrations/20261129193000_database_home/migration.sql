-- Where "gatehouse migrate" last ran on this database, so that a gateway notices a copy (ADR 63). Run by the owner.

CREATE TABLE database_home (
  id                SMALLINT       NOT NULL,
  -- Of the cluster, as pg_control_system() says it: a number of 64 bits without a sign.
  system_identifier TEXT           NOT NULL,
  database_oid      BIGINT         NOT NULL,
  confirmed_at      TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT database_home_pkey PRIMARY KEY (id),
  CONSTRAINT database_home_single CHECK (id = 1)
);

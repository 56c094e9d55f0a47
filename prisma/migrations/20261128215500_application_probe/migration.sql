-- What NHS England answered when it was last asked about each application, by the schedule or by a person. Run by the owner.

CREATE TABLE application_probe (
  application_id UUID           NOT NULL,
  -- When a worker took it on, so that no other does; or when a person asked.
  claimed_at     TIMESTAMPTZ(3) NOT NULL,
  checked_at     TIMESTAMPTZ(3),
  checked_by     TEXT,
  reads          TEXT[]         NOT NULL DEFAULT '{}',
  limits         TEXT[]         NOT NULL DEFAULT '{}',
  -- What is wrong; null: nothing.
  code           TEXT,
  -- Since when it has been so.
  since          TIMESTAMPTZ(3),
  attempt_id     UUID,
  CONSTRAINT application_probe_pkey PRIMARY KEY (application_id),
  CONSTRAINT application_probe_application_id_fkey FOREIGN KEY (application_id) REFERENCES application (id)
    ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT application_probe_whole CHECK (
    (checked_at IS NULL) = (checked_by IS NULL) AND (checked_at IS NULL) = (since IS NULL)
    AND (code IS NULL OR checked_at IS NOT NULL))
);
-- Failures that began together.
CREATE INDEX application_probe_failing ON application_probe (since) WHERE code IS NOT NULL;

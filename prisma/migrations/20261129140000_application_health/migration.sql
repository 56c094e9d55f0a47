-- Whether each application works, kept by a job so that lists can be filtered by it (ADR 59). Run by the owner.

CREATE TABLE application_health (
  application_id UUID           NOT NULL,
  -- NULL: not decided yet.
  health         TEXT,
  cause          TEXT,
  due_at         TIMESTAMPTZ(3) NOT NULL,
  marks          INTEGER        NOT NULL DEFAULT 0,
  CONSTRAINT application_health_pkey PRIMARY KEY (application_id),
  CONSTRAINT application_health_application_id_fkey FOREIGN KEY (application_id) REFERENCES application (id)
    ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT application_health_known CHECK (health IN ('works', 'refused', 'never called')),
  CONSTRAINT application_health_cause CHECK ((health IS NOT DISTINCT FROM 'refused') = (cause IS NOT NULL)),
  CONSTRAINT application_health_marks CHECK (marks >= 0)
);
CREATE INDEX application_health_of_health ON application_health (health, application_id);
CREATE INDEX application_health_of_cause ON application_health (cause, application_id);
CREATE INDEX application_health_due ON application_health (due_at, application_id);

-- How far the job has read: the registry's changes, and the chain of each writer of the audit trail.
CREATE TABLE health_position (
  source   TEXT   NOT NULL,
  position BIGINT NOT NULL,
  CONSTRAINT health_position_pkey PRIMARY KEY (source),
  CONSTRAINT health_position_counts CHECK (position >= 0)
);

-- All are decided once, so what is recorded by now need not be followed.
INSERT INTO application_health (application_id, due_at) SELECT id, now() FROM application;
INSERT INTO health_position (source, position) SELECT 'registry', coalesce(max(n), 0) FROM registry_change;
INSERT INTO health_position (source, position) SELECT writer::text, seq FROM audit.writer;

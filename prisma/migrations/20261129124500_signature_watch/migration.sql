-- What the worker has read of KMS's own log (CloudTrail), and which signatures in it have no record in the audit trail (ADR 51).
-- Run by the owner.

CREATE TABLE signature_watch (
  id           SMALLINT       NOT NULL,
  since        TIMESTAMPTZ(3) NOT NULL,
  day          TEXT           NOT NULL,
  looked_until TIMESTAMPTZ(3) NOT NULL,
  keys         TEXT[],
  CONSTRAINT signature_watch_pkey PRIMARY KEY (id),
  CONSTRAINT signature_watch_one_row CHECK (id = 1),
  CONSTRAINT signature_watch_day CHECK (day ~ '^\d{4}-\d{2}-\d{2}$'),
  CONSTRAINT signature_watch_keys_present CHECK (keys IS NOT NULL)
);

CREATE TABLE signature_log_file (
  name        TEXT           NOT NULL,
  read_at     TIMESTAMPTZ(3) NOT NULL,
  fault       TEXT,
  first_at    TIMESTAMPTZ(3),
  last_at     TIMESTAMPTZ(3),
  request_ids TEXT[],
  CONSTRAINT signature_log_file_pkey PRIMARY KEY (name),
  CONSTRAINT signature_log_file_request_ids_present CHECK (request_ids IS NOT NULL),
  CONSTRAINT signature_log_file_times CHECK (
    (first_at IS NULL) = (last_at IS NULL) AND (first_at IS NULL) = (cardinality(request_ids) = 0) AND last_at >= first_at)
);
CREATE INDEX signature_log_file_by_time ON signature_log_file (last_at);
CREATE INDEX signature_log_file_by_reading ON signature_log_file (read_at);

CREATE TABLE unmatched_signature (
  event_id   TEXT           NOT NULL,
  request_id TEXT           NOT NULL,
  key        TEXT           NOT NULL,
  at         TIMESTAMPTZ(3) NOT NULL,
  caller     TEXT           NOT NULL,
  seen_at    TIMESTAMPTZ(3) NOT NULL,
  excuse     TEXT,
  alarmed_at TIMESTAMPTZ(3),
  audited_at TIMESTAMPTZ(3),
  CONSTRAINT unmatched_signature_pkey PRIMARY KEY (event_id),
  CONSTRAINT unmatched_signature_decided_once CHECK (excuse IS NULL OR alarmed_at IS NULL),
  CONSTRAINT unmatched_signature_audited_alarm CHECK (audited_at IS NULL OR alarmed_at IS NOT NULL)
);
-- One request without an answer excuses one signature.
CREATE UNIQUE INDEX unmatched_signature_one_of_excuse ON unmatched_signature (excuse) WHERE excuse IS NOT NULL;
CREATE INDEX unmatched_signature_undecided ON unmatched_signature (at) WHERE excuse IS NULL AND alarmed_at IS NULL;
CREATE INDEX unmatched_signature_alarmed ON unmatched_signature (alarmed_at) WHERE alarmed_at IS NOT NULL;

CREATE TABLE signature_log_gap (
  from_at    TIMESTAMPTZ(3) NOT NULL,
  to_at      TIMESTAMPTZ(3) NOT NULL,
  missing    INTEGER        NOT NULL,
  found_at   TIMESTAMPTZ(3) NOT NULL,
  checked_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT signature_log_gap_pkey PRIMARY KEY (from_at),
  CONSTRAINT signature_log_gap_lacks_some CHECK (missing > 0 AND to_at > from_at)
);

-- About one row a minute for each key that signs; the job reads no others.
CREATE INDEX event_of_signatures ON audit.event (started_at) WHERE kind = 'SYSTEM' AND event = 'KMS_SIGNATURES';

ALTER TABLE upkeep_finding DROP CONSTRAINT upkeep_finding_watch_known;
ALTER TABLE upkeep_finding ADD CONSTRAINT upkeep_finding_watch_known CHECK (watch IN
  ('unused-client', 'deprecated-call', 'refused-sign-ins', 'unrecorded-signature', 'signature-log'));

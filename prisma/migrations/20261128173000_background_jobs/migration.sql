-- Background jobs. The queue only carries them: what has to be done, and what came of it, is decided here.
-- Run by the owner. `gatehouse migrate` makes the schema of the queue itself afterwards.

CREATE TABLE job_schedule (
  job           TEXT           NOT NULL,
  registered_at TIMESTAMPTZ(3) NOT NULL,
  claimed_at    TIMESTAMPTZ(3),
  confirmed_at  TIMESTAMPTZ(3),
  started_at    TIMESTAMPTZ(3),
  succeeded_at  TIMESTAMPTZ(3),
  CONSTRAINT job_schedule_pkey PRIMARY KEY (job)
);

CREATE TABLE background_job (
  id           UUID           NOT NULL DEFAULT gen_random_uuid(),
  job          TEXT           NOT NULL,
  payload      JSONB,
  queue_id     TEXT           NOT NULL,
  state        TEXT           NOT NULL,
  turn         INTEGER        NOT NULL DEFAULT 1,
  requested_by TEXT           NOT NULL,
  requested_at TIMESTAMPTZ(3) NOT NULL,
  attempts     INTEGER        NOT NULL DEFAULT 0,
  cause        TEXT,
  ended_at     TIMESTAMPTZ(3),
  CONSTRAINT background_job_pkey PRIMARY KEY (id),
  CONSTRAINT background_job_state_known CHECK (state IN ('waiting', 'failed', 'done')),
  CONSTRAINT background_job_ended CHECK ((ended_at IS NULL) = (state = 'waiting')),
  CONSTRAINT background_job_failed_with_cause CHECK (state <> 'failed' OR cause IS NOT NULL),
  CONSTRAINT background_job_payload_small CHECK (octet_length(payload::text) <= 1024)
);
CREATE UNIQUE INDEX background_job_queue_id_unique ON background_job (queue_id);
CREATE INDEX background_job_newest ON background_job (requested_at DESC, id DESC);
-- Asking twice for the same work queues it once.
CREATE UNIQUE INDEX background_job_waits_once ON background_job (job, payload) WHERE state = 'waiting';
CREATE INDEX background_job_waiting ON background_job (requested_at) WHERE state = 'waiting';
CREATE INDEX background_job_failed ON background_job (job) WHERE state = 'failed';

-- What the workers say of the queue, so that the admin API can show it without reaching the queue itself. Run by the owner.

ALTER TABLE job_schedule ADD COLUMN next_at TIMESTAMPTZ(3);

CREATE TABLE job_worker (
  id         UUID           NOT NULL,
  store      TEXT           NOT NULL,
  started_at TIMESTAMPTZ(3) NOT NULL,
  seen_at    TIMESTAMPTZ(3) NOT NULL,
  away_since TIMESTAMPTZ(3),
  away_cause TEXT,
  CONSTRAINT job_worker_pkey PRIMARY KEY (id),
  CONSTRAINT job_worker_store_known CHECK (store IN ('redis', 'postgresql')),
  CONSTRAINT job_worker_away_with_cause CHECK ((away_since IS NULL) = (away_cause IS NULL))
);

CREATE TABLE job_queue (
  job         TEXT           NOT NULL,
  running     INTEGER        NOT NULL,
  waiting     INTEGER        NOT NULL,
  oldest_at   TIMESTAMPTZ(3),
  measured_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT job_queue_pkey PRIMARY KEY (job),
  CONSTRAINT job_queue_not_negative CHECK (running >= 0 AND waiting >= 0)
);

-- Each process says every ten seconds that it runs, and what is wrong with it (ADR 77). Run by the owner.

CREATE TABLE replica (
  id           uuid NOT NULL,
  roles        text[],
  version      text NOT NULL,
  started_at   timestamptz(3) NOT NULL,
  -- By the clock of the database, so that the clocks of processes need not agree.
  seen_at      timestamptz(3) NOT NULL,
  -- Sentences without secrets; empty: all is well.
  faults       text[],
  -- Scheduled jobs that should have succeeded by then.
  overdue_jobs text[],
  CONSTRAINT replica_pkey PRIMARY KEY (id),
  CONSTRAINT replica_lists_present CHECK (roles IS NOT NULL AND faults IS NOT NULL AND overdue_jobs IS NOT NULL)
);
CREATE INDEX replica_seen_at ON replica (seen_at);

-- Whether the audit trail still lacks the permanent failure of a job: one that it refused is recorded later. Run by the owner.

ALTER TABLE background_job ADD COLUMN death_to_record BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX background_job_death_to_record ON background_job (ended_at) WHERE death_to_record;

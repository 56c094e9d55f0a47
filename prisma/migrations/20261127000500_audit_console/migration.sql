-- Searches and figures of the console stay fast on a trail of millions of rows. Run by the owner.

-- Attempts of one application; rare outcomes and codes, newest first.
CREATE INDEX event_by_application ON audit.event ((record ->> 'applicationId'), started_at DESC)
  WHERE record ->> 'applicationId' IS NOT NULL;
CREATE INDEX event_by_code ON audit.event (code, started_at DESC) WHERE code IS NOT NULL;
CREATE INDEX event_by_outcome ON audit.event (outcome, started_at DESC) WHERE outcome <> 'COMPLETED';

-- Replaces the index by time alone: what the dashboard counts is read from the index, never from the records.
CREATE INDEX event_by_time_counted ON audit.event (started_at DESC)
  INCLUDE (kind, ods_code, outcome, code, binding_id);
DROP INDEX audit.event_by_time;

-- The registry as it was: all states of one row.
CREATE INDEX registry_change_row ON public.registry_change (table_name, row_key);

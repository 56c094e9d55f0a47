-- When a replica changed how it takes slots, so that one that joins it waits for the slots that it has had (ADR 45).
-- Milliseconds since 1970 by the clock of this server; null if it never changed, or if its version does not say.
ALTER TABLE rate.replica ADD COLUMN changed_at DOUBLE PRECISION;

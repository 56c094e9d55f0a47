-- What the audit trail is to have of a rotation's step, kept in the transaction of the step until the trail has it (ADR 46).
-- Run by the owner.

ALTER TABLE key_rotation ADD COLUMN unrecorded JSONB;

-- Since when a person has a role as it is, and who last confirmed that they still need it. Of roles from before this
-- migration it isn't known since when; those that are given from now on say so.
ALTER TABLE staff_role
  ADD COLUMN granted_at TIMESTAMPTZ(3),
  ADD COLUMN confirmed_at TIMESTAMPTZ(3),
  ADD COLUMN confirmed_by TEXT;
ALTER TABLE staff_role ALTER COLUMN granted_at SET DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE notice DROP CONSTRAINT notice_kind_known;
ALTER TABLE notice ADD CONSTRAINT notice_kind_known CHECK (kind IN
  ('approval-requested', 'approval-decided', 'sro', 'emergency-stop', 'expiry', 'token-expiry', 'access-review', 'upkeep',
   'job-failed', 'alarm'));

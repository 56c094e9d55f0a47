-- A list in Prisma's language is never NOT NULL, so that it is present is a constraint, as of other lists. Run by the owner.

ALTER TABLE notice
  ALTER COLUMN ods_codes DROP NOT NULL,
  ADD CONSTRAINT notice_ods_codes_present CHECK (ods_codes IS NOT NULL);

ALTER TABLE application_probe
  ALTER COLUMN reads DROP NOT NULL,
  ALTER COLUMN reads SET DEFAULT ARRAY[]::text[],
  ALTER COLUMN limits DROP NOT NULL,
  ALTER COLUMN limits SET DEFAULT ARRAY[]::text[],
  ADD CONSTRAINT application_probe_lists_present CHECK (reads IS NOT NULL AND limits IS NOT NULL);

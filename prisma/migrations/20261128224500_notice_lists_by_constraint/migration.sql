-- A list in Prisma's language is never NOT NULL, so that it is present is a constraint, as of other lists. Run by the owner.

ALTER TABLE notice
  ALTER COLUMN roles DROP NOT NULL,
  ALTER COLUMN roles SET DEFAULT ARRAY[]::text[],
  ADD CONSTRAINT notice_roles_present CHECK (roles IS NOT NULL);

ALTER TABLE notice_webhook
  ALTER COLUMN kinds DROP NOT NULL,
  ADD CONSTRAINT notice_webhook_kinds_present CHECK (kinds IS NOT NULL);

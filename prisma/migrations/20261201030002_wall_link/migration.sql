-- A wall link is an admin token with the scope `wall` alone: of a person, for 30 days, made with no other token (ADR 78).
-- Run by the owner.

ALTER TABLE admin_token
  DROP CONSTRAINT admin_token_scopes_known,
  ADD CONSTRAINT admin_token_scopes_known CHECK (
    cardinality(scopes) > 0 AND (scopes <@ ARRAY['registry', 'governance', 'audit'] OR scopes = ARRAY['wall'])
  ),
  ADD CONSTRAINT admin_token_wall_bounded CHECK (
    NOT 'wall' = ANY (scopes)
    OR (staff_id IS NOT NULL AND parent_id IS NULL AND expires_at <= created_at + interval '30 days')
  );

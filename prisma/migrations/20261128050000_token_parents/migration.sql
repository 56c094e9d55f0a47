-- A token created with another token never outlives it, has no scope that it lacks, and belongs to the same person.
-- Tokens that were there before have no parent.
ALTER TABLE admin_token ADD COLUMN parent_id UUID;
ALTER TABLE admin_token ADD CONSTRAINT admin_token_parent_id_fkey
  FOREIGN KEY (parent_id) REFERENCES admin_token (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE INDEX admin_token_parent ON admin_token(parent_id);

CREATE FUNCTION admin_token_within_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  parent public.admin_token%ROWTYPE;
BEGIN
  IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
  SELECT * INTO parent FROM public.admin_token WHERE id = NEW.parent_id;
  IF NEW.revoked_at IS NULL AND (parent.revoked_at IS NOT NULL OR NEW.expires_at > parent.expires_at
     OR NOT NEW.scopes <@ parent.scopes OR NEW.staff_id IS DISTINCT FROM parent.staff_id) THEN
    PERFORM public.registry_refuse('admin_token_within_parent', 'a token keeps within the one it was created with');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER admin_token_within_parent BEFORE INSERT OR UPDATE ON admin_token
  FOR EACH ROW EXECUTE FUNCTION admin_token_within_parent();

-- Who acted, as the identity provider knows them: [{"issuer": …, "subject": …}], one for each person that actor names.
-- A name can be changed at the provider; issuer and subject can't.
ALTER TABLE registry_change ADD COLUMN people JSONB NOT NULL
  DEFAULT coalesce(nullif(current_setting('gatehouse.people', true), ''), '[]')::jsonb;

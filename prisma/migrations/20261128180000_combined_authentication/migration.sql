-- A session of combined authentication acts for the one organisation that its login named. Run by the owner.

ALTER TABLE user_session ADD COLUMN only_ods_code TEXT;
ALTER TABLE user_session ADD CONSTRAINT user_session_combined_for_one
  CHECK ((pattern = 'combined') = (only_ods_code IS NOT NULL));
ALTER TABLE user_session ADD CONSTRAINT user_session_acts_for_that_one
  CHECK (only_ods_code IS NULL OR ods_code IS NULL OR ods_code = only_ods_code);
ALTER TABLE user_login ADD CONSTRAINT user_login_combined_for_one
  CHECK (pattern = 'separate' OR ods_code IS NOT NULL);

-- As before, and for which organisation.
CREATE OR REPLACE FUNCTION user_session_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    PERFORM public.registry_refuse('user_session_end_final', 'a session that has ended stays ended');
  END IF;
  IF (NEW.handle_hash, NEW.environment, NEW.client_id, NEW.product, NEW.pattern, NEW.only_ods_code, NEW.user_id,
      NEW.authentication_level, NEW.identity_level, NEW.authenticated_at)
     IS DISTINCT FROM
     (OLD.handle_hash, OLD.environment, OLD.client_id, OLD.product, OLD.pattern, OLD.only_ods_code, OLD.user_id,
      OLD.authentication_level, OLD.identity_level, OLD.authenticated_at) THEN
    PERFORM public.registry_refuse('user_session_identity_fixed', 'who signed in, how and for whom never changes');
  END IF;
  IF (NEW.roles, NEW.ods_code, NEW.business_function, NEW.on_behalf_of_user_id, NEW.ended_at)
     IS DISTINCT FROM
     (OLD.roles, OLD.ods_code, OLD.business_function, OLD.on_behalf_of_user_id, OLD.ended_at) THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;

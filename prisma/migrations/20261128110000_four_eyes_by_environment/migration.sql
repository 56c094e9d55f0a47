-- Whether changes that matter in an environment need a second person. Taken from the environments file at the first start
-- that serves the environment, and changed only here from then on. Null: never served since this column exists.
ALTER TABLE environment ADD COLUMN four_eyes BOOLEAN;

CREATE OR REPLACE FUNCTION environment_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind <> OLD.kind THEN
    PERFORM public.registry_refuse('environment_kind_fixed', 'the kind of an environment never changes');
  END IF;
  -- Null would let the next start take it from the file again.
  IF OLD.four_eyes IS NOT NULL AND NEW.four_eyes IS NULL THEN
    PERFORM public.registry_refuse('environment_four_eyes_kept',
      'whether an environment needs a second person is never left open again');
  END IF;
  RETURN NEW;
END $$;

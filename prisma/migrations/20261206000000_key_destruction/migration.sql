-- The data key of an ended organisation is destroyed when its retention is over (docs/audit.md, "Destroying a data key"; ADR 88).
-- Run by the owner.

-- The row of a destroyed key stays, so that no process makes another one for the organisation.
ALTER TABLE audit.organisation_key ALTER COLUMN wrapped DROP NOT NULL;
ALTER TABLE audit.organisation_key ADD COLUMN destroyed_at timestamptz(3);
ALTER TABLE audit.organisation_key ADD CONSTRAINT organisation_key_destroyed
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL));

ALTER TABLE trail_retention
  -- Why the data key is to be destroyed once the retention is over; null: it stays.
  ADD COLUMN destroy_key TEXT,
  -- Written by the owner when it is destroyed.
  ADD COLUMN key_destroyed_at TIMESTAMPTZ(3),
  DROP CONSTRAINT trail_retention_of_deployment,
  ADD CONSTRAINT trail_retention_of_deployment CHECK (ods_code IS NOT NULL OR (hold IS NULL AND destroy_key IS NULL)),
  DROP CONSTRAINT trail_retention_of_organisation,
  ADD CONSTRAINT trail_retention_of_organisation CHECK (
    ods_code IS NULL OR (keep_online IS NULL AND coalesce(retention::text, hold, destroy_key) IS NOT NULL)),
  ADD CONSTRAINT trail_retention_destroy_key_length CHECK (char_length(destroy_key) BETWEEN 1 AND 500),
  ADD CONSTRAINT trail_retention_held CHECK (hold IS NULL OR destroy_key IS NULL),
  ADD CONSTRAINT trail_retention_destroyed_as_decided CHECK (key_destroyed_at IS NULL OR destroy_key IS NOT NULL);

CREATE FUNCTION trail_retention_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.key_destroyed_at IS NOT NULL THEN
    PERFORM public.registry_refuse('trail_retention_final', 'the data key was destroyed');
  END IF;
  -- The running role can't destroy a key, so it can't claim that one was destroyed either.
  IF TG_OP <> 'DELETE' AND NEW.key_destroyed_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM audit.organisation_key WHERE ods_code = NEW.ods_code AND destroyed_at IS NOT NULL
  ) THEN
    PERFORM public.registry_refuse('trail_retention_key_there', 'the data key was not destroyed');
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER trail_retention_rules BEFORE INSERT OR UPDATE OR DELETE ON trail_retention
  FOR EACH ROW EXECUTE FUNCTION trail_retention_rules();

-- Its requests could no longer be recorded with the patients whom they concern.
CREATE FUNCTION organisation_stays_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'retired' AND EXISTS (
    SELECT FROM public.trail_retention WHERE ods_code = NEW.ods_code AND key_destroyed_at IS NOT NULL
  ) THEN
    PERFORM public.registry_refuse('organisation_stays_retired', 'the data key was destroyed');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organisation_stays_retired BEFORE UPDATE ON organisation
  FOR EACH ROW EXECUTE FUNCTION organisation_stays_retired();

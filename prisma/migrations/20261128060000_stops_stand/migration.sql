-- What an emergency stop has suspended runs again only when the stop is lifted; no edit and no registry file does it.

-- Stops that an edit had already undone.
UPDATE emergency_stop AS stop
  SET lifted_by = 'Gatehouse', lifted_at = now(), lift_reason = 'found running again'
  WHERE lifted_at IS NULL AND (
    kind = 'organisation'
      AND EXISTS (SELECT FROM organisation WHERE ods_code = stop.target AND state = 'active')
    OR kind = 'application'
      AND EXISTS (SELECT FROM application WHERE id::text = stop.target AND state = 'live')
    OR kind = 'client'
      AND EXISTS (SELECT FROM client
                    WHERE name = stop.target AND environment = stop.environment AND state = 'active')
  );

CREATE FUNCTION emergency_stop_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stopped JSONB := to_jsonb(NEW);
  kind_stopped TEXT := TG_TABLE_NAME;
  target_stopped TEXT := stopped ->> TG_ARGV[0];
BEGIN
  IF EXISTS (
    SELECT FROM public.emergency_stop
      WHERE kind = kind_stopped AND target = target_stopped AND lifted_at IS NULL
        AND (kind <> 'client' OR environment = stopped ->> 'environment')
  ) THEN
    PERFORM public.registry_refuse('emergency_stop_stands', 'it runs again when its emergency stop is lifted');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER emergency_stop_stands BEFORE UPDATE ON organisation FOR EACH ROW
  WHEN (NEW.state = 'active' AND OLD.state <> 'active') EXECUTE FUNCTION emergency_stop_stands('ods_code');
CREATE TRIGGER emergency_stop_stands BEFORE UPDATE ON application FOR EACH ROW
  WHEN (NEW.state = 'live' AND OLD.state <> 'live') EXECUTE FUNCTION emergency_stop_stands('id');
CREATE TRIGGER emergency_stop_stands BEFORE UPDATE ON client FOR EACH ROW
  WHEN (NEW.state = 'active' AND OLD.state <> 'active') EXECUTE FUNCTION emergency_stop_stands('name');

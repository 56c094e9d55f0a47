-- The end of every user session is recorded in the audit trail, whatever ended it. Run by the owner.

ALTER TABLE user_session ADD COLUMN end_recorded_at TIMESTAMPTZ(3);
-- What the registry ended was never recorded; what ended the others recorded them.
UPDATE user_session SET end_recorded_at = ended_at WHERE ended_by <> 'registry';
ALTER TABLE user_session ADD CONSTRAINT user_session_recorded_after_end
  CHECK (end_recorded_at IS NULL OR ended_at IS NOT NULL);
CREATE INDEX user_session_end_unrecorded ON user_session (ended_at)
  WHERE ended_at IS NOT NULL AND end_recorded_at IS NULL;

-- With the registry's reason, and by the person who changed the registry.
CREATE FUNCTION user_sessions_end_by_registry(sessions UUID[], what TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.end_user_sessions(
    sessions,
    coalesce(nullif(current_setting('gatehouse.actor', true), ''), 'registry'),
    concat_ws(': ', what, nullif(current_setting('gatehouse.reason', true), '')),
    clock_timestamp());
END $$;

CREATE OR REPLACE FUNCTION user_sessions_end_with_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.user_sessions_end_by_registry(
    ARRAY(SELECT id FROM public.user_session WHERE client_id = NEW.id AND ended_at IS NULL),
    'client ' || NEW.state);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION user_sessions_end_with_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.user_sessions_end_by_registry(
    ARRAY(SELECT id FROM public.user_session WHERE ods_code = NEW.ods_code AND ended_at IS NULL),
    'organisation ' || NEW.state);
  RETURN NULL;
END $$;

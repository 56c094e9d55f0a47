-- Changes that wait for a second person. Rows are never deleted.

CREATE TABLE pending_change (
  id UUID NOT NULL,
  action TEXT NOT NULL,
  rules TEXT[],
  deciders JSONB NOT NULL,
  ods_codes TEXT[],
  payload_sealed BYTEA NOT NULL,
  diff JSONB NOT NULL,
  diff_hash TEXT NOT NULL,
  reason TEXT,
  requested_by TEXT NOT NULL,
  requested_by_staff UUID,
  requested_by_token TEXT,
  requested_from TEXT NOT NULL,
  requested_at TIMESTAMPTZ(3) NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  decided_by TEXT,
  decided_by_staff UUID,
  decided_at TIMESTAMPTZ(3),
  decision_reason TEXT,
  CONSTRAINT pending_change_pkey PRIMARY KEY (id)
);
CREATE INDEX pending_change_state ON pending_change(state, id);

ALTER TABLE pending_change
  ADD CONSTRAINT pending_change_requested_by_staff_fkey
    FOREIGN KEY (requested_by_staff) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT pending_change_decided_by_staff_fkey
    FOREIGN KEY (decided_by_staff) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT pending_change_state_known
    CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale')),
  ADD CONSTRAINT pending_change_diff_hash_format CHECK (diff_hash ~ '^[0-9a-f]{64}$'),
  -- Whatever the program does: nobody approves their own request, and no token of a service approves any.
  ADD CONSTRAINT pending_change_second_person CHECK (
    state <> 'approved' OR (decided_by_staff IS NOT NULL AND decided_by_staff IS DISTINCT FROM requested_by_staff)
  );

CREATE FUNCTION pending_change_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'pending' THEN
    PERFORM public.registry_refuse('pending_change_decided_once', 'the change is decided');
  END IF;
  IF (OLD.id, OLD.action, OLD.deciders, OLD.ods_codes, OLD.payload_sealed, OLD.diff, OLD.diff_hash,
      OLD.requested_by, OLD.requested_by_staff, OLD.expires_at)
      IS DISTINCT FROM (NEW.id, NEW.action, NEW.deciders, NEW.ods_codes, NEW.payload_sealed, NEW.diff, NEW.diff_hash,
      NEW.requested_by, NEW.requested_by_staff, NEW.expires_at) THEN
    PERFORM public.registry_refuse('pending_change_fixed', 'what was asked for never changes');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pending_change_rules BEFORE UPDATE ON pending_change
  FOR EACH ROW EXECUTE FUNCTION pending_change_rules();
CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON pending_change
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON pending_change
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');
